#include "transport/tls_error.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <boost/asio/ssl/error.hpp>
#include <memory>

#include "transport/tls_context.h"

namespace branchline::transport {
namespace {

struct FreeX509 {
  void operator()(X509* certificate) const noexcept { X509_free(certificate); }
  void operator()(GENERAL_NAMES* names) const noexcept { GENERAL_NAMES_free(names); }
};

std::string text_of(const ASN1_STRING* string) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
          static_cast<std::size_t>(ASN1_STRING_length(string))};
}

std::string address_of(const ASN1_OCTET_STRING* address) {
  const auto* bytes = ASN1_STRING_get0_data(address);
  if (ASN1_STRING_length(address) == 4) {
    asio::ip::address_v4::bytes_type v4;
    std::copy_n(bytes, v4.size(), v4.begin());
    return asio::ip::address_v4(v4).to_string();
  }
  if (ASN1_STRING_length(address) != 16) return "?";
  asio::ip::address_v6::bytes_type v6;
  std::copy_n(bytes, v6.size(), v6.begin());
  return asio::ip::address_v6(v6).to_string();
}

/// The names and addresses that a certificate is for: "edge.local, 10.0.0.5".
std::string names_in(X509* certificate) {
  const std::unique_ptr<GENERAL_NAMES, FreeX509> names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::string text;
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()) && text.size() < 200; ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_DNS && name->type != GEN_IPADD) continue;
    text += text.empty() ? "" : ", ";
    text += name->type == GEN_DNS ? text_of(name->d.dNSName) : address_of(name->d.iPAddress);
  }
  return text.empty() ? "no name at all" : text;
}

std::string why_not_verified(ssl_st* connection, const TlsContext& context) {
  const long result = SSL_get_verify_result(connection);
  switch (result) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return "its certificate has expired (or this machine's clock is wrong)";
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "its certificate is not valid yet: compare the clocks of both machines";
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
      return "its certificate was not signed by the CA in " + context.ca_file();
    default:
      return std::string("its certificate is not accepted: ") +
             X509_verify_cert_error_string(result);
  }
}

bool alert_about_certificate(int reason) {
  switch (reason) {
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
    case SSL_R_TLSV1_ALERT_DECRYPT_ERROR:
    case SSL_R_TLSV1_ALERT_ACCESS_DENIED:
      return true;
    default:
      return false;
  }
}

}  // namespace

boost::system::error_code take_tls_error() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  return {static_cast<int>(code), asio::error::get_ssl_category()};
}

boost::system::error_code unexpected_tls_message() noexcept {
  return {static_cast<int>(ERR_PACK(ERR_LIB_SSL, 0, SSL_R_UNEXPECTED_MESSAGE)),
          asio::error::get_ssl_category()};
}

bool is_tls_error(const boost::system::error_code& error) noexcept {
  return error.category() == asio::error::get_ssl_category();
}

std::string tls_sentence(const boost::system::error_code& error) {
  const int reason = ERR_GET_REASON(static_cast<unsigned long>(error.value()));
  if (alert_about_certificate(reason)) {
    return "it did not accept this side's certificate (" + error.message() + ")";
  }
  switch (reason) {
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
      return "it asks for a client certificate: give --tls-cert and --tls-key";
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
      return "it showed no client certificate";
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_WRONG_VERSION_NUMBER:
      return "it does not speak TLS 1.3";
    case SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC:
      return "what it sent was changed on the way";
    case SSL_R_UNEXPECTED_MESSAGE:
      return "it sent messages of TLS's own that have no place here";
    default:
      return "TLS failed: " + error.message();
  }
}

FrameFault handshake_fault(ssl_st* connection, const TlsContext& context,
                           const boost::system::error_code& error) {
  if (!is_tls_error(error)) {
    const bool ended = error == asio::error::eof || error == asio::error::connection_reset;
    return make_fault(TransportErrc::not_trusted,
                      ended ? "it ended the connection in the middle of the TLS handshake"
                            : "the TLS handshake failed: " + error.message());
  }
  const int reason = ERR_GET_REASON(static_cast<unsigned long>(error.value()));
  const bool unverified = reason == SSL_R_CERTIFICATE_VERIFY_FAILED;
  return make_fault(TransportErrc::not_trusted,
                    unverified ? why_not_verified(connection, context) : tls_sentence(error));
}

FrameFault certificate_fault(ssl_st* connection, const TlsContext& context,
                             const std::string& host) {
  if (context.server()) return {};
  const std::unique_ptr<X509, FreeX509> certificate(SSL_get1_peer_certificate(connection));
  if (!certificate) return make_fault(TransportErrc::not_trusted, "it showed no certificate");
  if (context.fingerprint()) {
    TlsContext::Fingerprint shown{};
    unsigned int length = 0;
    const int made = X509_digest(certificate.get(), EVP_sha256(), shown.data(), &length);
    if (made == 1 && shown == *context.fingerprint()) return {};
    return make_fault(TransportErrc::not_trusted,
                      "its certificate has another fingerprint than --edge-fingerprint says");
  }
  boost::system::error_code no_address;
  asio::ip::make_address(host, no_address);
  const int fits = no_address ? X509_check_host(certificate.get(), host.data(), host.size(),
                                                X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, nullptr)
                              : X509_check_ip_asc(certificate.get(), host.c_str(), 0);
  if (fits == 1) return {};
  return make_fault(TransportErrc::not_trusted,
                    "its certificate is for " + names_in(certificate.get()) + ", not for " + host +
                        ": connect to that name, or make a certificate with " + host +
                        " in subjectAltName");
}

}  // namespace branchline::transport
