#include "tests/transport/certificates.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>

namespace branchline::transport::testing {
namespace {

void require(bool good, const char* what) {
  if (!good) throw std::runtime_error(std::string("cannot make a certificate: ") + what);
}

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using KeyPtr = std::unique_ptr<EVP_PKEY, Free>;
using X509Ptr = std::unique_ptr<X509, Free>;
using FilePtr = std::unique_ptr<std::FILE, Free>;

void add_extension(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  require(extension != nullptr, "extension");
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

X509Ptr blank(EVP_PKEY* key, const std::string& name, long from_s, long until_s) {
  static long serial = 1;
  X509Ptr certificate(X509_new());
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial++);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), from_s);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), until_s);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  return certificate;
}

template <class Object, class Read>
Object* read_pem(const std::string& path, Read read) {
  const FilePtr file(std::fopen(path.c_str(), "r"));
  require(file != nullptr, "open");
  return read(file.get(), nullptr, nullptr, nullptr);
}

Certificates::Files write(const std::string& folder, const std::string& name, X509* certificate,
                          EVP_PKEY* key) {
  const Certificates::Files files{folder + "/" + name + ".crt", folder + "/" + name + ".key"};
  const FilePtr first(std::fopen(files.certificate.c_str(), "w"));
  const FilePtr second(std::fopen(files.key.c_str(), "w"));
  require(first && second, "write");
  PEM_write_X509(first.get(), certificate);
  PEM_write_PrivateKey(second.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  return files;
}

}  // namespace

Certificates::Certificates() {
  std::string pattern = (std::filesystem::temp_directory_path() / "certificatesXXXXXX").string();
  require(::mkdtemp(pattern.data()) != nullptr, "folder");
  folder_ = pattern;
}

Certificates::~Certificates() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

Certificates::Files Certificates::authority(const std::string& name) {
  const KeyPtr key(EVP_EC_gen("P-256"));
  const X509Ptr certificate = blank(key.get(), name, -7200, 7200);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get()));
  add_extension(certificate.get(), certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
  require(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0, "sign");
  return write(folder_, name, certificate.get(), key.get());
}

Certificates::Files Certificates::signed_by(const Files& authority, const std::string& name,
                                            const Wish& wish) {
  const X509Ptr issuer(read_pem<X509>(authority.certificate, PEM_read_X509));
  const KeyPtr issuer_key(read_pem<EVP_PKEY>(authority.key, PEM_read_PrivateKey));
  const KeyPtr key(EVP_EC_gen("P-256"));
  const X509Ptr certificate = blank(key.get(), name, wish.from_s, wish.until_s);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer.get()));
  add_extension(certificate.get(), issuer.get(), NID_subject_alt_name, wish.names);
  require(X509_sign(certificate.get(), issuer_key.get(), EVP_sha256()) > 0, "sign");
  return write(folder_, name, certificate.get(), key.get());
}

std::string Certificates::private_file(const std::string& name, const std::string& text) const {
  const std::string path = folder_ + "/" + name;
  std::ofstream(path) << text;
  ::chmod(path.c_str(), 0600);
  return path;
}

std::string Certificates::fingerprint(const std::string& certificate_file) {
  const X509Ptr certificate(read_pem<X509>(certificate_file, PEM_read_X509));
  std::array<unsigned char, 32> digest{};
  unsigned int length = 0;
  X509_digest(certificate.get(), EVP_sha256(), digest.data(), &length);
  std::string text;
  for (const unsigned char byte : digest) {
    char two[4];
    std::snprintf(two, sizeof two, "%02X", byte);
    text += (text.empty() ? "" : ":") + std::string(two);
  }
  return text;
}

}  // namespace branchline::transport::testing
