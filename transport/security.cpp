#include "transport/security.h"

#include <cstdlib>

#include "framework/base/error.h"
#include "transport/shared_token.h"
#include "transport/tls_context.h"

namespace branchline::transport {
namespace {

constexpr const char* kTokenVariable = "BRANCHLINE_TOKEN";

std::shared_ptr<const SharedToken> load_token(const std::string& file) {
  if (!file.empty()) {
    return std::make_shared<SharedToken>(SharedToken::from_file(file, "--token-file"));
  }
  const char* value = std::getenv(kTokenVariable);
  if (value == nullptr || *value == '\0') return nullptr;
  return std::make_shared<SharedToken>(value, kTokenVariable);
}

void require_both(const std::string& certificate, const std::string& key,
                  const std::string& certificate_flag, const std::string& key_flag) {
  if (certificate.empty() == key.empty()) return;
  const bool no_key = key.empty();
  throw InputError("a certificate and its key belong together",
                   no_key ? certificate_flag : key_flag,
                   "Give " + (no_key ? key_flag : certificate_flag) + " too");
}

}  // namespace

ServerSecurity load_server_security(const ServerSecrets& secrets) {
  require_both(secrets.certificate_file, secrets.key_file, "--tls-cert", "--tls-key");
  if (secrets.certificate_file.empty() && !secrets.client_ca_file.empty()) {
    throw InputError("client certificates are part of TLS", "--tls-client-ca",
                     "Give --tls-cert and --tls-key too");
  }
  ServerSecurity security;
  if (!secrets.certificate_file.empty()) security.tls = TlsContext::for_server(secrets);
  security.token = load_token(secrets.token_file);
  return security;
}

ClientSecurity load_client_security(const ClientSecrets& secrets) {
  require_both(secrets.certificate_file, secrets.key_file, "--tls-cert", "--tls-key");
  const bool tls = !secrets.ca_file.empty() || !secrets.server_fingerprint.empty();
  if (!tls && !secrets.certificate_file.empty()) {
    throw InputError("a client certificate is part of TLS", "--tls-cert",
                     "Give --edge-ca or --edge-fingerprint too");
  }
  ClientSecurity security;
  if (tls) security.tls = TlsContext::for_client(secrets);
  security.token = load_token(secrets.token_file);
  return security;
}

}  // namespace branchline::transport
