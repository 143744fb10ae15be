#pragma once

#include <string>

#include "transport/asio.h"
#include "transport/transport_error.h"

struct ssl_st;

namespace branchline::transport {

class TlsContext;

/// Takes OpenSSL's last error off this thread's queue.
boost::system::error_code take_tls_error();

/// That the peer sent what TLS knows and nobody here needs.
boost::system::error_code unexpected_tls_message() noexcept;

bool is_tls_error(const boost::system::error_code& error) noexcept;

/// What an error of a connection that stood means, for people: "it asks for a client certificate".
std::string tls_sentence(const boost::system::error_code& error);

/// Why a handshake failed with `error`, for people.
FrameFault handshake_fault(ssl_st* connection, const TlsContext& context,
                           const boost::system::error_code& error);

/// After the handshake, on the client's side: whether the server's certificate is the one that is
/// expected, or is for `host`.
FrameFault certificate_fault(ssl_st* connection, const TlsContext& context,
                             const std::string& host);

}  // namespace branchline::transport
