#include "transport/tcp_channel.h"

#include <algorithm>
#include <array>
#include <exception>

#include "transport/asio.h"
#include "transport/tls_error.h"

namespace branchline::transport {
namespace {

constexpr auto kDrainTime = std::chrono::seconds(1);

/// Until a peer has said Hello it may make us hold no more than this.
FrameLimits handshake_limits() {
  FrameLimits limits;
  limits.max_frame_bytes = 64 * 1024;
  limits.max_metadata_bytes = 64 * 1024 - 64;
  limits.max_tensors = 0;
  return limits;
}

Refusal refusal_for(const std::error_code& code) {
  if (code == TransportErrc::incompatible) return Refusal::incompatible;
  if (code == TransportErrc::too_large) return Refusal::too_large;
  if (code == TransportErrc::overloaded) return Refusal::overloaded;
  const bool denied = code == TransportErrc::wrong_token || code == TransportErrc::not_trusted ||
                      code == TransportErrc::not_tls;
  return denied ? Refusal::denied : Refusal::bad_request;
}

bool opens_a_connection(const Message& message) {
  return std::holds_alternative<Hello>(message.body) ||
         std::holds_alternative<Welcome>(message.body) ||
         std::holds_alternative<Challenge>(message.body) ||
         std::holds_alternative<Proof>(message.body);
}

constexpr const char* kNoMemory =
    "the server's memory for messages is used up; send it again later";

}  // namespace

std::string sentence_of(const boost::system::error_code& error, const std::string& peer) {
  namespace err = asio::error;
  if (error == err::connection_refused) {
    return "nobody listens at " + peer + " (connection refused); is branchlined running there?";
  }
  if (error == err::eof) return peer + " closed the connection";
  if (error == err::connection_reset || error == err::broken_pipe) {
    return "the connection to " + peer + " was reset";
  }
  if (error == err::host_not_found || error == err::host_not_found_try_again) {
    return "the host of " + peer + " is unknown";
  }
  if (is_tls_error(error)) return peer + ": " + tls_sentence(error);
  return "the connection to " + peer + " failed: " + error.message();
}

TcpChannel::TcpChannel(std::shared_ptr<IoThread::Parts> io, Setup setup)
    : io_(std::move(io)),
      setup_(std::move(setup)),
      queue_(setup_.limits.max_queued_bytes, setup_.side == Side::server),
      terms_(queue_),
      reader_(handshake_limits(), io_->pool),
      stream_(std::move(setup_.stream)),
      resolver_(io_->context),
      gather_timer_(io_->context),
      timer_(io_->context),
      heartbeat_(Heartbeat::kServed, Clock::now()) {
  if (setup_.table) queue_.share(setup_.table->outgoing());
}

TcpChannel::~TcpChannel() {
  if (key_ != 0) io_->forget(key_);
}

bool TcpChannel::send(Message message) {
  if (!is_open()) return false;
  const bool cancel = std::holds_alternative<Cancel>(message.body);
  if (cancel && queue_.take_back_request(message.id)) {
    asio::post(io_->context, [self = shared_from_this(), id = message.id] {
      if (self->setup_.listener) self->setup_.listener->on_dropped(id);
    });
    return true;
  }
  auto* welcome = std::get_if<Welcome>(&message.body);
  if (welcome != nullptr && setup_.handshake->asks_for_token()) {
    welcome->proof = setup_.handshake->welcome_proof();
  }
  terms_.sending(message);
  return enqueue(std::move(message));
}

bool TcpChannel::enqueue(Message message) {
  OutgoingFrame frame = queue_.blank();
  if (OutgoingFrame::make(std::move(message), frame)) return false;
  if (frame.bytes() > setup_.limits.max_frame_bytes) return false;
  const bool queued = queue_.push(std::move(frame), Clock::now());
  if (setup_.table && setup_.table->must_relieve()) {
    asio::post(io_->context, [table = setup_.table] { table->relieve(); });
  }
  if (!queued) return false;
  begin_to_write();
  return true;
}

void TcpChannel::close(const std::string& reason) {
  open_.store(false);
  asio::post(io_->context, [self = shared_from_this(), reason] { self->finish(reason, true); });
}

asio::awaitable<void> TcpChannel::read_loop() {
  boost::system::error_code error;
  bool reading = true;
  while (reading && !finished_) {
    const auto space = reader_.space();
    gather(reader_.payload_missing());
    const std::size_t bytes = co_await stream_->read_some(space, error);
    if (finished_) break;
    if (error) {
      on_read_error(error);
      break;
    }
    const TimePoint now = Clock::now();
    pulse_.hear(now);
    reader_.received(bytes, now);
    reading = deliver_messages();
  }
}

/// Closing a socket with unread bytes resets the connection, and the peer may then never read our
/// last sentence.
asio::awaitable<void> TcpChannel::discard_until_end() {
  std::array<std::byte, 4096> bin;
  boost::system::error_code error;
  asio::ip::tcp::socket& socket = stream_->socket();
  while (!error && socket.is_open()) {
    co_await socket.async_read_some(asio::buffer(bin),
                                    asio::redirect_error(asio::use_awaitable, error));
  }
  read_ended_ = true;
  close_when_written();
}

bool TcpChannel::deliver_messages() {
  try {
    while (auto incoming = reader_.next()) {
      if (!is_open()) return false;
      deliver(std::move(*incoming));
    }
  } catch (const std::exception& error) {
    finish(std::string("a message could not be handled: ") + error.what(), true);
    return false;
  }
  if (!reader_.fault()) return true;
  turn_away(reader_.fault());
  return false;
}

void TcpChannel::deliver(FrameReader::Incoming incoming) {
  if (standing_ && opens_a_connection(incoming.message)) {
    return turn_away(make_fault(TransportErrc::malformed,
                                "the connection stands, and messages of its opening came again"));
  }
  if (!standing_ && !shake_hands(incoming.message)) return;
  if (take_heartbeat(incoming.message)) return;
  if (incoming.no_memory) {
    enqueue({incoming.message.id, Refused{Refusal::overloaded, kNoMemory, Duration{0}}});
    return;
  }
  if (!keeps_terms(incoming)) return;
  const bool refused = !standing_;
  std::string sentence;
  if (refused) sentence = std::get<Refused>(incoming.message.body).sentence;
  setup_.listener->on_message(std::move(incoming.message), incoming.arrival);
  if (refused) finish(setup_.peer + " refused the connection: " + sentence, false);
}

/// @returns whether the message goes to the listener.
bool TcpChannel::keeps_terms(const FrameReader::Incoming& incoming) {
  const std::uint64_t id = incoming.message.id;
  const auto objection = terms_.received(incoming.message, incoming.arrival.frame_bytes);
  begin_to_write();  // what waited for credit
  if (!objection) return true;
  enqueue({objection->close ? 0 : id, Refused{objection->why, objection->sentence, {}}});
  if (objection->close) finish(setup_.peer + ": " + objection->sentence, true);
  return false;
}

void TcpChannel::turn_away(const FrameFault& fault) {
  send({0, Refused{refusal_for(fault.code), fault.sentence, Duration{0}}});
  finish(setup_.peer + ": " + fault.sentence, true);
}

void TcpChannel::evict(const FrameFault& fault) {
  send({0, Refused{refusal_for(fault.code), fault.sentence, Duration{0}}});
  finish(setup_.peer + ": " + fault.sentence, false);  // its place is needed now
  stream_->stop_reading();
  reader_.abandon();
}

void TcpChannel::on_read_error(const boost::system::error_code& error) {
  if (error == asio::error::eof && reader_.inside_frame()) {
    finish(setup_.peer + " closed the connection in the middle of a message", false);
  } else {
    finish(sentence_of(error, setup_.peer), false);
  }
}

ConnectionState TcpChannel::state(TimePoint now) {
  const std::uint64_t written = written_bytes_.load();
  if (written != written_seen_ || queue_.idle()) {
    written_seen_ = written;
    written_moved_ = now;
  }
  ConnectionState state;
  state.standing = standing_;
  state.age = now - begun_;
  state.silent = silent_for();
  state.inside_frame = reader_.inside_frame();
  if (state.inside_frame) state.frame_age = now - reader_.frame_begun();
  state.frame_received = reader_.frame_received();
  state.frame_missing = reader_.memory_unfilled();
  state.unread = now - written_moved_;
  return state;
}

void TcpChannel::shut_down(const std::string& reason) {
  finish(reason, false);
  if (started_) hang_up();  // also when it was draining
  boost::system::error_code ignored;
  timer_.cancel();
  stream_->socket().cancel(ignored);
}

void TcpChannel::hang_up() {
  boost::system::error_code ignored;
  if (!queue_.idle()) {  // a message ends in its middle: no reason to deliver the rest of it
    stream_->socket().set_option(asio::socket_base::linger(true, 0), ignored);
  }
  queue_.end(false);
  stream_->socket().shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
  close_when_written();
}

void TcpChannel::finish(const std::string& reason, bool drain) {
  if (finished_) return;
  const auto self = shared_from_this();
  finished_ = true;
  open_.store(false);
  queue_.end(drain);
  closing_.store(true);
  boost::system::error_code ignored;
  timer_.cancel();
  gather_timer_.cancel();
  resolver_.cancel();
  if (!started_) {
    stream_->socket().close(ignored);  // ends an attempt to connect
  } else if (drain) {
    timer_.expires_after(kDrainTime);
    timer_.async_wait([self](boost::system::error_code cancelled) {
      if (!cancelled) self->hang_up();
    });
  } else {
    hang_up();
  }
  close_when_written();
  if (auto listener = std::exchange(setup_.listener, nullptr)) {
    listener->on_closed(reason);
  } else if (setup_.on_early_end) {
    setup_.on_early_end(setup_.peer, reason);
  }
  setup_.on_hello = nullptr;
  setup_.on_early_end = nullptr;
}

}  // namespace branchline::transport
