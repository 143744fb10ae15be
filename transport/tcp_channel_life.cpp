#include "transport/tcp_channel.h"

namespace branchline::transport {

/// A server asks its clients for a sign of life too, so that one that is gone without a word does
/// not hold memory for ever. On the I/O thread, as all here but abandon().
void TcpChannel::watch_client() {
  heartbeat_ = Heartbeat(Heartbeat::kServed, Clock::now());
  look_after_client();
}

void TcpChannel::look_after_client() {
  Heartbeat::Signs signs;
  signs.silent = silent_for();
  signs.still = still_for();
  const auto verdict = heartbeat_.look(signs, Clock::now());
  if (verdict == Heartbeat::Verdict::dead) {
    return abandon("nothing was heard of " + setup_.peer + " any more");
  }
  if (verdict == Heartbeat::Verdict::ping) send({0, Ping{}});
  timer_.expires_at(heartbeat_.next_look());
  timer_.async_wait([weak = weak_from_this()](boost::system::error_code cancelled) {
    const auto self = weak.lock();
    if (!cancelled && self && !self->finished_) self->look_after_client();
  });
}

/// A Ping with id 0 is the connection's own. Who does not read makes us queue only one Pong.
/// @returns whether it was one of these
bool TcpChannel::take_heartbeat(const Message& message) {
  if (!standing_ || message.id != 0) return false;
  if (std::holds_alternative<Pong>(message.body)) {
    heartbeat_.hear_pong(Clock::now());
    return true;
  }
  if (!std::holds_alternative<Ping>(message.body)) return false;
  if (!pong_waits_) pong_waits_ = send({0, Pong{}});
  return true;
}

void TcpChannel::abandon(const std::string& reason) {
  open_.store(false);
  asio::post(io_->context, [self = shared_from_this(), reason] {
    boost::system::error_code ignored;
    self->stream_->socket().set_option(asio::socket_base::linger(true, 0), ignored);
    self->finish(reason, false);
  });
}

}  // namespace branchline::transport
