#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>

#include "transport/tcp_channel.h"

namespace branchline::transport {
namespace {

constexpr std::size_t kMaxSegments = 64;
/// One thread writes at most this much in a row before others get their turn.
constexpr std::size_t kWriteBurstBytes = 1u << 20;

ssize_t send_segments(int fd, const std::vector<std::span<const std::byte>>& segments) {
  std::array<iovec, kMaxSegments> parts;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    parts[i] = {const_cast<std::byte*>(segments[i].data()), segments[i].size()};
  }
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = segments.size();
  return ::sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

}  // namespace

void TcpChannel::write_some() {
  std::vector<std::span<const std::byte>> segments;
  std::vector<SentFrame> sent;
  std::size_t burst = 0;
  for (;;) {
    queue_.next_segments(kMaxSegments, Clock::now(), segments);
    if (segments.empty()) break;
    const ssize_t bytes = send_segments(socket_.native_handle(), segments);
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      asio::post(io_->context, [self = shared_from_this()] { self->write_when_possible(); });
      break;
    }
    if (bytes < 0) {
      queue_.end(false);  // the reading side sees the same error, after what the peer still said
      continue;
    }
    queue_.written(static_cast<std::size_t>(bytes), sent);
    burst += static_cast<std::size_t>(bytes);
    if (burst >= kWriteBurstBytes) {
      asio::post(io_->context, [self = shared_from_this()] { self->write_some(); });
      break;
    }
  }
  if (!sent.empty()) note_sent(sent);
  if (closing_.load()) {
    asio::post(io_->context, [self = shared_from_this()] { self->close_when_written(); });
  }
}

/// On the I/O thread, holding the claim to write.
void TcpChannel::write_when_possible() {
  socket_.async_wait(asio::ip::tcp::socket::wait_write,
                     [self = shared_from_this()](boost::system::error_code error) {
                       if (error) self->queue_.end(false);
                       self->write_some();
                     });
}

void TcpChannel::note_sent(const std::vector<SentFrame>& sent) {
  {
    const std::lock_guard lock(sent_mutex_);
    const bool told_soon = !sent_.empty();
    sent_.insert(sent_.end(), sent.begin(), sent.end());
    if (told_soon) return;
  }
  asio::post(io_->context, [self = shared_from_this()] { self->tell_sent(); });
}

void TcpChannel::tell_sent() {
  std::vector<SentFrame> sent;
  {
    const std::lock_guard lock(sent_mutex_);
    sent.swap(sent_);
  }
  for (const SentFrame& frame : sent) {
    if (!setup_.listener) return;
    setup_.listener->on_sent(frame.id, frame.bytes, frame.begun);
  }
}

/// The descriptor may only be closed when no other thread is writing to it.
void TcpChannel::close_when_written() {
  if (!finished_ || !socket_.is_open() || !queue_.idle()) return;
  boost::system::error_code ignored;
  if (read_ended_) {
    socket_.close(ignored);
    timer_.cancel();
  } else {
    socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);  // discard_until_end() closes
  }
}

}  // namespace branchline::transport
