#include "transport/plain_stream.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace branchline::transport {

asio::awaitable<FrameFault> PlainStream::open() { co_return FrameFault{}; }

/// Hands on the socket's own awaitable: no coroutine frame of ours.
asio::awaitable<std::size_t> PlainStream::read_some(std::span<std::byte> space,
                                                    boost::system::error_code& error) {
  return socket_.async_read_some(asio::buffer(space.data(), space.size()),
                                 asio::redirect_error(asio::use_awaitable, error));
}

/// The kernel makes the receive buffer twice as large if need be, and wakes a waiting reader when a
/// lower mark has been reached already.
void PlainStream::wake_at(std::size_t bytes) {
  if (bytes == wake_at_) return;
  wake_at_ = bytes;
  boost::system::error_code ignored;
  const auto mark = static_cast<int>(bytes);
  socket_.set_option(asio::socket_base::receive_low_watermark(mark), ignored);
}

std::size_t PlainStream::write_some(std::span<const std::span<const std::byte>> segments,
                                    boost::system::error_code& error) {
  std::array<iovec, kMaxSegments> parts;
  const std::size_t count = std::min(segments.size(), parts.size());
  for (std::size_t i = 0; i < count; ++i) {
    parts[i] = {const_cast<std::byte*>(segments[i].data()), segments[i].size()};
  }
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = count;
  ssize_t bytes = 0;
  do {
    bytes = ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  } while (bytes < 0 && errno == EINTR);
  if (bytes >= 0) {
    error.clear();
    return static_cast<std::size_t>(bytes);
  }
  error.assign(errno == EWOULDBLOCK ? EAGAIN : errno, boost::system::system_category());
  return 0;
}

}  // namespace branchline::transport
