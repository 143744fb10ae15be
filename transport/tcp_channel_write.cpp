#include "transport/asio.h"
#include "transport/tcp_channel.h"

namespace branchline::transport {
namespace {

/// One thread writes at most this much in a row before others get their turn.
constexpr std::size_t kWriteBurstBytes = 1u << 20;

}  // namespace

void TcpChannel::write_some() {
  std::vector<std::span<const std::byte>> segments;
  std::vector<SentFrame> sent;
  boost::system::error_code error;
  std::size_t burst = 0;
  for (;;) {
    queue_.next_segments(ByteStream::kMaxSegments, Clock::now(), segments);
    if (segments.empty()) break;
    const std::size_t bytes = stream_->write_some(segments, error);
    if (error == asio::error::would_block) {
      asio::post(io_->context, [self = shared_from_this()] { self->write_when_possible(); });
      break;
    }
    if (error) {
      queue_.end(false);  // the reading side sees the same error, after what the peer still said
      continue;
    }
    queue_.written(bytes, sent);
    burst += bytes;
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
  stream_->socket().async_wait(asio::ip::tcp::socket::wait_write,
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
    if (frame.id == 0) pong_waits_ = false;
    if (!setup_.listener) return;
    setup_.listener->on_sent(frame.id, frame.bytes, frame.begun);
  }
}

/// The descriptor may only be closed when no other thread is writing to it.
void TcpChannel::close_when_written() {
  asio::ip::tcp::socket& socket = stream_->socket();
  if (!finished_ || !socket.is_open() || !queue_.idle()) return;
  boost::system::error_code ignored;
  if (read_ended_) {
    pulse_.forget();
    socket.close(ignored);
    timer_.cancel();
  } else {
    socket.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);  // discard_until_end() closes
  }
}

}  // namespace branchline::transport
