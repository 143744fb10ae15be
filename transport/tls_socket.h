#pragma once

#include <openssl/bio.h>

namespace branchline::transport {

/// OpenSSL's end of a connected, non-blocking socket, which it does not own. Unlike OpenSSL's own
/// it raises no SIGPIPE: whoever embeds the library must not die of a peer's reset.
/// @returns null when memory is short; to be given to SSL_set_bio
BIO* new_tls_socket(int descriptor);

}  // namespace branchline::transport
