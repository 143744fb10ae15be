#pragma once

#include "transport/asio.h"
#include "transport/channel.h"

namespace branchline::transport {

/// A listening socket. @throws InputError naming the address when it cannot be bound.
asio::ip::tcp::acceptor open_acceptor(asio::io_context& context, const Endpoint& listen);

}  // namespace branchline::transport
