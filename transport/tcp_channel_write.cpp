#include <algorithm>

#include "transport/asio.h"
#include "transport/tcp_channel.h"

namespace branchline::transport {
namespace {

/// One thread writes at most this much in a row before others get their turn.
constexpr std::size_t kWriteBurstBytes = 1u << 20;

}  // namespace

void TcpChannel::begin_to_write() {
  if (!queue_.try_begin()) return;
  if (stream_->any_thread_may_write() || io_->on_io_thread()) return write_some();
  post(write_memory_, [](TcpChannel& self) { self.write_some(); });
}

void TcpChannel::write_some() {
  boost::system::error_code error;
  std::size_t burst = 0;
  while (queue_.next_segments(ByteStream::kMaxSegments, Clock::now(), segments_)) {
    const std::size_t bytes = stream_->write_some(segments_, error);
    if (error == asio::error::would_block) {
      post(write_memory_, [](TcpChannel& self) { self.write_when_possible(); });
      break;
    }
    if (error) {
      queue_.end(false);  // the reading side sees the same error, after what the peer still said
      continue;
    }
    queue_.written(bytes, just_sent_);
    if (!just_sent_.empty()) note_sent();
    written_bytes_ += bytes;
    burst += bytes;
    if (burst >= kWriteBurstBytes) {
      post(write_memory_, [](TcpChannel& self) { self.write_some(); });
      break;
    }
  }
  if (closing_.load()) {
    asio::post(io_->context, [self = shared_from_this()] { self->close_when_written(); });
  }
}

/// On the I/O thread, holding the claim to write.
void TcpChannel::write_when_possible() {
  stream_->socket().async_wait(
      asio::ip::tcp::socket::wait_write,
      in_memory(write_memory_, [self = shared_from_this()](boost::system::error_code error) {
        if (error) self->queue_.end(false);
        self->write_some();
      }));
}

void TcpChannel::note_sent() {
  const bool asked = std::any_of(just_sent_.begin(), just_sent_.end(),
                                 [](const SentFrame& frame) { return frame.ping; });
  if (asked) pulse_.asked();
  bool told_soon = false;
  {
    const std::lock_guard lock(sent_mutex_);
    told_soon = !sent_.empty();
    sent_.insert(sent_.end(), just_sent_.begin(), just_sent_.end());
  }
  just_sent_.clear();
  if (!told_soon) post(tell_memory_, [](TcpChannel& self) { self.tell_sent(); });
}

void TcpChannel::tell_sent() {
  {
    const std::lock_guard lock(sent_mutex_);
    telling_.swap(sent_);
  }
  for (const SentFrame& frame : telling_) {
    if (frame.id == 0) pong_waits_ = false;
    if (setup_.listener) setup_.listener->on_sent(frame.id, frame.bytes, frame.begun);
  }
  telling_.clear();
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
