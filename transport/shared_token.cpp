#include "transport/shared_token.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <sys/stat.h>

#include <fstream>
#include <utility>

#include "framework/base/error.h"

namespace branchline::transport {
namespace {

constexpr std::size_t kNonceBytes = 32;

const char* label_of(SharedToken::Prover prover) {
  return prover == SharedToken::Prover::client ? "branchline 1 token client"
                                               : "branchline 1 token server";
}

/// Each part behind its length, so that no two lists of parts give the same bytes.
void append_part(std::string& text, std::string_view part) {
  text.push_back(static_cast<char>(part.size() & 0xFF));
  text.push_back(static_cast<char>(part.size() >> 8 & 0xFF));
  text.append(part);
}

void require_private_file(const std::string& path, const std::string& where) {
  struct stat file {};
  if (::stat(path.c_str(), &file) != 0) {
    throw InputError("the token file " + path + " cannot be read", where,
                     "Make one: (umask 077; openssl rand -hex 32 > " + path + ")");
  }
  if ((file.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    throw InputError("others may read the token file " + path, where, "Run chmod 600 " + path);
  }
}

}  // namespace

SharedToken::SharedToken(std::string secret, const std::string& where)
    : secret_(std::move(secret)) {
  if (secret_.size() < kMinBytes) {
    throw InputError("the token has " + std::to_string(secret_.size()) +
                         " characters, fewer than " + std::to_string(kMinBytes),
                     where, "Make one that nobody guesses: openssl rand -hex 32");
  }
  if (secret_.size() > kMaxBytes) {
    throw InputError("the token is longer than " + std::to_string(kMaxBytes) + " characters", where,
                     "Make a shorter one: openssl rand -hex 32");
  }
}

SharedToken SharedToken::from_file(const std::string& path, const std::string& where) {
  require_private_file(path, where);
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return {std::move(line), where};
}

std::string SharedToken::proof(Prover prover, std::string_view server_nonce,
                               std::string_view client_nonce, std::string_view binding) const {
  std::string text;
  for (const std::string_view part :
       {std::string_view(label_of(prover)), server_nonce, client_nonce, binding}) {
    append_part(text, part);
  }
  std::string mac(EVP_MAX_MD_SIZE, '\0');
  unsigned int length = 0;
  const auto* made = HMAC(EVP_sha256(), secret_.data(), static_cast<int>(secret_.size()),
                          reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                          reinterpret_cast<unsigned char*>(mac.data()), &length);
  if (made == nullptr) throw RunError("OpenSSL cannot compute an HMAC");
  mac.resize(length);
  return mac;
}

std::string random_nonce() {
  std::string nonce(kNonceBytes, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(nonce.data()), static_cast<int>(nonce.size())) !=
      1) {
    throw RunError("the system has no random numbers");
  }
  return nonce;
}

bool same_secret(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace branchline::transport
