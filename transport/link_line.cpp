#include "transport/link_line.h"

#include <algorithm>
#include <utility>

namespace branchline::transport {
namespace {

constexpr std::size_t kPacketBytes = 1500;
constexpr std::size_t kMostChunkBytes = 64 * 1024;

}  // namespace

LinkLine::LinkLine(asio::io_context& context, RateSchedule schedule, Duration delay,
                   Duration jitter, std::uint64_t seed)
    : serializer_(std::move(schedule), delay, jitter, seed), timer_(context) {}

void LinkLine::offer(std::shared_ptr<Receiver> receiver, std::vector<std::byte> chunk) {
  if (stopped_) return;
  serializer_.offer(chunk.size(), Clock::now());
  chunks_.push_back({std::move(receiver), std::move(chunk)});
  deliver_and_wait();
}

void LinkLine::change_rate(RateSchedule schedule) {
  serializer_.change_rate(std::move(schedule), Clock::now());
  deliver_and_wait();
}

void LinkLine::change_delay(Duration delay, Duration jitter) {
  serializer_.change_delay(delay, jitter, Clock::now());
  deliver_and_wait();
}

void LinkLine::freeze() {
  serializer_.freeze(Clock::now());
  deliver_and_wait();
}

void LinkLine::thaw() {
  serializer_.thaw(Clock::now());
  deliver_and_wait();
}

void LinkLine::stop() {
  stopped_ = true;
  timer_.cancel();
  chunks_.clear();
}

std::size_t LinkLine::chunk_bytes() const {
  const double quarter_millisecond = serializer_.rate_at(Clock::now()) * 0.25e-3;
  return static_cast<std::size_t>(
      std::clamp(quarter_millisecond, double{kPacketBytes}, double{kMostChunkBytes}));
}

std::size_t LinkLine::window_bytes(std::size_t queue_bytes) const {
  const double on_its_way = serializer_.bytes_in_flight_at_most(Clock::now());
  return queue_bytes + chunk_bytes() + static_cast<std::size_t>(on_its_way);
}

void LinkLine::deliver_and_wait() {
  if (stopped_) return;
  for (std::size_t n = serializer_.take_arrived(Clock::now()); n > 0 && !chunks_.empty(); --n) {
    Chunk chunk = std::move(chunks_.front());
    chunks_.pop_front();
    passed_ += chunk.bytes.size();
    chunk.receiver->arrive(std::move(chunk.bytes));
  }
  timer_.cancel();
  const auto next = serializer_.next_event();
  if (!next) return;
  timer_.expires_at(*next);
  timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    const auto self = weak.lock();
    if (!error && self) self->deliver_and_wait();
  });
}

LinkFlow::LinkFlow(std::shared_ptr<LinkLine> line, SocketPtr from, SocketPtr to,
                   std::size_t queue_bytes)
    : line_(std::move(line)),
      from_(std::move(from)),
      to_(std::move(to)),
      queue_bytes_(queue_bytes),
      room_(from_->get_executor()) {}

void LinkFlow::start() {
  asio::co_spawn(
      from_->get_executor(), [self = shared_from_this()] { return self->read_loop(); },
      asio::detached);
}

asio::awaitable<void> LinkFlow::read_loop() {
  const auto self = shared_from_this();
  boost::system::error_code error;
  while (from_->is_open()) {
    while (held_ >= line_->window_bytes(queue_bytes_) && from_->is_open()) {
      room_.expires_at(asio::steady_timer::time_point::max());
      co_await room_.async_wait(asio::redirect_error(asio::use_awaitable, error));
    }
    std::vector<std::byte> chunk(line_->chunk_bytes());
    const std::size_t bytes = co_await from_->async_read_some(
        asio::buffer(chunk), asio::redirect_error(asio::use_awaitable, error));
    if (error) break;
    chunk.resize(bytes);
    held_ += bytes;
    line_->offer(self, std::move(chunk));
  }
  line_->offer(self, {});
}

void LinkFlow::arrive(std::vector<std::byte> chunk) {
  arrived_.push_back(std::move(chunk));
  if (writing_) return;
  writing_ = true;
  asio::co_spawn(
      from_->get_executor(), [self = shared_from_this()] { return self->write_loop(); },
      asio::detached);
}

/// Who sends to a peer that is gone is answered by a reset.
void LinkFlow::reset_both() {
  for (const SocketPtr& socket : {from_, to_}) {
    boost::system::error_code ignored;
    socket->set_option(asio::socket_base::linger(true, 0), ignored);
    socket->close(ignored);
  }
}

asio::awaitable<void> LinkFlow::write_loop() {
  const auto self = shared_from_this();
  boost::system::error_code error;
  while (!arrived_.empty()) {
    const std::vector<std::byte> chunk = std::move(arrived_.front());
    arrived_.pop_front();
    if (chunk.empty()) {
      to_->shutdown(asio::ip::tcp::socket::shutdown_send, error);
      continue;
    }
    co_await asio::async_write(*to_, asio::buffer(chunk),
                               asio::redirect_error(asio::use_awaitable, error));
    if (error) reset_both();
    held_ -= chunk.size();
    room_.cancel();
  }
  writing_ = false;
}

}  // namespace branchline::transport
