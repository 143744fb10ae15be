#pragma once

#include <fcntl.h>

namespace branchline::transport {

/// Keeps a socket from the programs that this process starts: one that held it would keep the
/// connection standing after this side closed it, so that the peer never hears of the end. Asio
/// opens its sockets without. @param socket  open
template <class Socket>
void close_on_exec(Socket& socket) {
  ::fcntl(socket.native_handle(), F_SETFD, FD_CLOEXEC);
}

}  // namespace branchline::transport
