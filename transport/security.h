#pragma once

#include <memory>
#include <string>

namespace branchline::transport {

class SharedToken;
class TlsContext;

/// What protects a server's connections: TLS 1.3 and a shared token, each if it is there. Cheap to
/// copy; made by load_server_security().
struct ServerSecurity {
  std::shared_ptr<const TlsContext> tls;
  std::shared_ptr<const SharedToken> token;
};

/// The same for a client.
struct ClientSecurity {
  std::shared_ptr<const TlsContext> tls;
  std::shared_ptr<const SharedToken> token;
};

/// Where a server's secrets are; empty: not used. All files are PEM.
struct ServerSecrets {
  std::string certificate_file;  ///< its certificate, then those between it and the CA
  std::string key_file;
  std::string client_ca_file;  ///< clients must show a certificate that this CA signed
  std::string token_file;      ///< the token in its first line; its owner's alone
};

/// Where a client's secrets are; empty: not used. TLS is used when `ca_file` or
/// `server_fingerprint` is given.
struct ClientSecrets {
  std::string ca_file;             ///< who signed the server's certificate
  std::string server_fingerprint;  ///< SHA-256 of the one certificate that is accepted, in hex
  std::string certificate_file;    ///< shown where the server asks for one
  std::string key_file;
  std::string token_file;
};

/// Reads and checks them. Where no token file is given the environment variable BRANCHLINE_TOKEN
/// counts. @throws InputError naming the flag and the file.
ServerSecurity load_server_security(const ServerSecrets& secrets);
ClientSecurity load_client_security(const ClientSecrets& secrets);

}  // namespace branchline::transport
