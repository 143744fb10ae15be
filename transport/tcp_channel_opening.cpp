#include <netinet/tcp.h>

#include <string>

#include "transport/asio.h"
#include "transport/plain_stream.h"
#include "transport/tcp_channel.h"

namespace branchline::transport {
namespace {

/// Who guesses tokens learns so late that it was the wrong one.
constexpr auto kWrongTokenDelay = std::chrono::milliseconds(500);

/// What the kernel may hold of ours that is not on the wire yet. The rest waits in our queue, where
/// its budget runs down and a Cancel still takes it back.
using UnsentBytes = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_NOTSENT_LOWAT>;
constexpr int kMaxUnsentBytes = 256 * 1024;

/// The kernel gives a connection up when what it sent stays unacknowledged, or the peer's window
/// shut, for so long: longer than the pauses that a radio link makes, far shorter than its own
/// quarter of an hour. It backs the heartbeats, which are sooner, and frees what is left behind
/// by connections that were closed into the void.
using UserTimeout = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_USER_TIMEOUT>;
constexpr int kUnacknowledgedAtMostMs = 10'000;

}  // namespace

void TcpChannel::begin(Duration handshake_timeout) {
  key_ = io_->remember(weak_from_this());
  begun_ = written_moved_ = Clock::now();
  timer_.expires_after(handshake_timeout);
  timer_.async_wait([weak = weak_from_this(), handshake_timeout](boost::system::error_code error) {
    const auto self = weak.lock();
    if (!error && self && !self->standing_ && !self->finished_) {
      self->give_up_handshake(handshake_timeout);
    }
  });
}

void TcpChannel::give_up_handshake(Duration waited) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(waited).count();
  end_opening(setup_.handshake->too_late(" within " + std::to_string(ms) + " ms"));
}

void TcpChannel::attach() {
  if (!finished_) start();
}

void TcpChannel::attach_to_refuse(const FrameFault& fault) {
  start();
  queue_.start();
  turn_away(fault);
}

void TcpChannel::start() {
  started_ = true;
  asio::ip::tcp::socket& socket = stream_->socket();
  boost::system::error_code ignored;
  socket.non_blocking(true, ignored);
  socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  socket.set_option(UnsentBytes(kMaxUnsentBytes), ignored);
  socket.set_option(UserTimeout(kUnacknowledgedAtMostMs), ignored);
  pulse_.watch(socket.native_handle());
  asio::co_spawn(
      io_->context, [self = shared_from_this()] { return self->run(); }, asio::detached);
}

asio::awaitable<void> TcpChannel::run() {
  const auto self = shared_from_this();
  const FrameFault fault = co_await stream_->open();
  if (!finished_ && fault.code == TransportErrc::not_tls && setup_.side == Side::server) {
    // The peer understands plain words only.
    stream_ = std::make_unique<PlainStream>(std::move(stream_->socket()));
    queue_.start();
  }
  if (!finished_ && fault) end_opening(fault);
  if (!finished_) {
    queue_.start();
    begin_to_write();
    co_await read_loop();
  }
  co_await discard_until_end();
}

/// @returns whether the message goes to the listener.
bool TcpChannel::shake_hands(const Message& message) {
  HandshakeStep step = setup_.handshake->take(message.body, stream_->channel_binding());
  for (Body& reply : step.replies) send({0, std::move(reply)});
  switch (step.next) {
    case HandshakeStep::Next::wait:
      return false;
    case HandshakeStep::Next::end:
      return true;
    case HandshakeStep::Next::fail:
      end_opening(step.fault);
      return false;
    case HandshakeStep::Next::stand:
      break;
  }
  if (setup_.side == Side::server) setup_.listener = setup_.on_hello(shared_from_this());
  if (!setup_.listener) {
    finish("nobody serves " + setup_.peer, true);
    return false;
  }
  stand();
  return true;
}

void TcpChannel::stand() {
  standing_ = true;
  timer_.cancel();
  if (setup_.side == Side::server) watch_client();
  reader_.set_limits(setup_.limits);
  if (!setup_.table) return;
  reader_.set_memory(setup_.table->memory(), [table = setup_.table](std::uint64_t bytes) {
    return table->take_memory(bytes);
  });
}

/// A server says why, except that who has the wrong token waits for it.
void TcpChannel::end_opening(const FrameFault& fault) {
  if (setup_.side == Side::client) return finish(setup_.peer + ": " + fault.sentence, true);
  if (fault.code != TransportErrc::wrong_token) return turn_away(fault);
  timer_.expires_after(kWrongTokenDelay);
  timer_.async_wait([self = shared_from_this(), fault](boost::system::error_code cancelled) {
    if (!cancelled) self->turn_away(fault);
  });
}

}  // namespace branchline::transport
