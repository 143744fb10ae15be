#include "transport/tls_context.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/context.hpp>
#include <new>
#include <utility>

#include "framework/base/error.h"

namespace branchline::transport {
namespace {

namespace ssl = boost::asio::ssl;
using SslError = boost::system::error_code;

/// Several records a system call; more would only lie idle in each connection.
constexpr std::size_t kTlsReadBytes = 64 * 1024;

void require_readable(const SslError& error, const std::string& flag, const std::string& file,
                      const std::string& what) {
  if (!error) return;
  throw InputError("cannot use " + file + " (" + error.message() + ")", flag,
                   "Give " + what + " in PEM form that this user may read");
}

void use_identity(ssl::context& context, const std::string& certificate, const std::string& key) {
  SslError error;
  context.use_certificate_chain_file(certificate, error);
  require_readable(error, "--tls-cert", certificate, "a certificate");
  context.use_private_key_file(key, ssl::context::pem, error);
  require_readable(error, "--tls-key", key, "the key of that certificate");
  if (SSL_CTX_check_private_key(context.native_handle()) == 1) return;
  ERR_clear_error();
  throw InputError(key + " is not the key of " + certificate, "--tls-key");
}

void trust(ssl::context& context, const std::string& flag, const std::string& ca_file) {
  SslError error;
  context.load_verify_file(ca_file, error);
  require_readable(error, flag, ca_file, "a CA's certificate");
}

std::optional<std::uint8_t> hex_digit(char letter) {
  if (letter >= '0' && letter <= '9') return static_cast<std::uint8_t>(letter - '0');
  const char small = static_cast<char>(letter | 0x20);
  if (small >= 'a' && small <= 'f') return static_cast<std::uint8_t>(small - 'a' + 10);
  return std::nullopt;
}

/// "AB:CD:…" or without the colons.
TlsContext::Fingerprint parse_fingerprint(const std::string& text) {
  TlsContext::Fingerprint fingerprint{};
  std::size_t digits = 0;
  for (const char letter : text) {
    if (letter == ':') continue;
    const auto digit = hex_digit(letter);
    if (!digit || digits >= 2 * fingerprint.size()) {
      digits = 0;
      break;
    }
    auto& byte = fingerprint[digits / 2];
    byte = static_cast<std::uint8_t>(byte << 4 | *digit);
    ++digits;
  }
  if (digits == 2 * fingerprint.size()) return fingerprint;
  throw InputError("'" + quotable(text) + "' is no SHA-256 fingerprint", "--edge-fingerprint",
                   "Take it from: openssl x509 -in edge.crt -noout -fingerprint -sha256");
}

}  // namespace

void FreeSsl::operator()(ssl_ctx_st* context) const noexcept { SSL_CTX_free(context); }
void FreeSsl::operator()(ssl_st* connection) const noexcept { SSL_free(connection); }

TlsContext::TlsContext(bool server) : server_(server) {}

namespace {

/// Rules that both sides share. Tickets would only be written and never used.
void set_rules(SSL_CTX* context) {
  SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(context, 1);
  SSL_CTX_set_default_read_buffer_len(context, kTlsReadBytes);
}

/// Another reference to what `context` holds; ssl::context frees its own.
SSL_CTX* share(ssl::context& context) {
  SSL_CTX_up_ref(context.native_handle());
  return context.native_handle();
}

}  // namespace

std::shared_ptr<const TlsContext> TlsContext::for_server(const ServerSecrets& secrets) {
  ssl::context context(ssl::context::tls_server);
  set_rules(context.native_handle());
  use_identity(context, secrets.certificate_file, secrets.key_file);
  if (!secrets.client_ca_file.empty()) {
    trust(context, "--tls-client-ca", secrets.client_ca_file);
    SSL_CTX_set_verify(context.native_handle(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                       nullptr);
  }
  std::shared_ptr<TlsContext> made(new TlsContext(true));
  made->context_.reset(share(context));
  made->ca_file_ = secrets.client_ca_file;
  return made;
}

std::shared_ptr<const TlsContext> TlsContext::for_client(const ClientSecrets& secrets) {
  ssl::context context(ssl::context::tls_client);
  set_rules(context.native_handle());
  if (!secrets.certificate_file.empty()) {
    use_identity(context, secrets.certificate_file, secrets.key_file);
  }
  std::shared_ptr<TlsContext> made(new TlsContext(false));
  if (!secrets.ca_file.empty()) {
    trust(context, "--edge-ca", secrets.ca_file);
    SSL_CTX_set_verify(context.native_handle(), SSL_VERIFY_PEER, nullptr);
  }
  if (!secrets.server_fingerprint.empty()) {
    made->fingerprint_ = parse_fingerprint(secrets.server_fingerprint);
  }
  made->context_.reset(share(context));
  made->ca_file_ = secrets.ca_file;
  return made;
}

SslPtr TlsContext::open(const std::string& host) const {
  SslPtr connection(SSL_new(context_.get()));
  if (!connection) throw std::bad_alloc();
  if (server_) {
    SSL_set_accept_state(connection.get());
    return connection;
  }
  SSL_set_connect_state(connection.get());
  boost::system::error_code no_address;
  boost::asio::ip::make_address(host, no_address);
  if (no_address) SSL_set_tlsext_host_name(connection.get(), host.c_str());
  return connection;
}

}  // namespace branchline::transport
