#pragma once

#include <vector>

#include "transport/asio.h"
#include "transport/channel.h"

namespace branchline::transport {

/// The addresses of an endpoint; `error` says why there are none. A numeric host is answered at
/// once, without the resolver's own thread.
asio::awaitable<std::vector<asio::ip::tcp::endpoint>> resolve(asio::io_context& context,
                                                              Endpoint endpoint,
                                                              boost::system::error_code& error);

}  // namespace branchline::transport
