#pragma once

#include "branchline/security.h"
#include "transport/security.h"

namespace branchline::runtime {

/// What the public options name, loaded. @throws InputError naming the flag and the file.
inline transport::ClientSecurity load_security(const EdgeAccess& access) {
  return transport::load_client_security({access.edge_ca, access.edge_fingerprint, access.tls_cert,
                                          access.tls_key, access.token_file});
}

inline transport::ServerSecurity load_security(const EdgeProtection& protection) {
  return transport::load_server_security(
      {protection.tls_cert, protection.tls_key, protection.tls_client_ca, protection.token_file});
}

}  // namespace branchline::runtime
