#pragma once

#include <string>

#include "branchline/version.h"

namespace branchline {
inline namespace v0 {

/// How a device trusts its edges and shows that it may use them; all of them alike. Empty: not
/// used. Files are PEM; docs/security.md says how to make them. Where no token file is given the
/// environment variable BRANCHLINE_TOKEN counts.
struct EdgeAccess {
  std::string edge_ca;           ///< TLS: who signed the edges' certificates
  std::string edge_fingerprint;  ///< TLS: SHA-256 of the one certificate that is accepted, in hex
  std::string tls_cert;          ///< shown to edges that ask for a certificate
  std::string tls_key;
  std::string token_file;  ///< the token in its first line; readable by its owner alone
};

/// What an edge asks of devices. Empty: not used. As above.
struct EdgeProtection {
  std::string tls_cert;  ///< TLS: the edge's certificate, then those between it and the CA
  std::string tls_key;
  std::string tls_client_ca;  ///< devices must show a certificate that this CA signed
  std::string token_file;

  bool any() const { return !tls_cert.empty() || !token_file.empty(); }
};

}  // namespace v0
}  // namespace branchline
