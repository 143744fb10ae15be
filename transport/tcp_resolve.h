#pragma once

#include <vector>

#include "transport/asio.h"
#include "transport/channel.h"

namespace branchline::transport {

/// The addresses of an endpoint; `error` says why there are none. A numeric host is answered at
/// once, without the resolver's own thread, which looks names up one after the other: cancel
/// `resolver` when nobody waits for them any more.
asio::awaitable<std::vector<asio::ip::tcp::endpoint>> resolve(asio::ip::tcp::resolver& resolver,
                                                              Endpoint endpoint,
                                                              boost::system::error_code& error);

}  // namespace branchline::transport
