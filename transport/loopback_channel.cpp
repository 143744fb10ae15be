#include "transport/loopback_channel.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <vector>

#include "transport/asio.h"
#include "transport/connection_terms.h"
#include "transport/frame_reader.h"
#include "transport/io_thread.h"
#include "transport/write_queue.h"

namespace branchline::transport {
namespace {

class LoopbackChannel final : public Channel,
                              public IoObject,
                              public std::enable_shared_from_this<LoopbackChannel> {
 public:
  LoopbackChannel(std::shared_ptr<IoThread::Parts> io, std::shared_ptr<ChannelListener> listener,
                  const FrameLimits& limits)
      : io_(std::move(io)),
        listener_(std::move(listener)),
        limits_(limits),
        queue_(limits.max_queued_bytes),
        terms_(queue_),
        reader_(limits, io_->pool),
        last_heard_ns_(Clock::now().time_since_epoch().count()) {
    queue_.start();
  }

  ~LoopbackChannel() override { io_->forget(key_); }

  void join(const std::shared_ptr<LoopbackChannel>& other) {
    other_ = other;
    key_ = io_->remember(weak_from_this());
  }

  bool send(Message message) override {
    if (!is_open()) return false;
    const bool cancel = std::holds_alternative<Cancel>(message.body);
    if (cancel && queue_.take_back_request(message.id)) {
      asio::post(io_->context, [self = shared_from_this(), id = message.id] {
        if (self->listener_) self->listener_->on_dropped(id);
      });
      return true;
    }
    terms_.sending(message);
    OutgoingFrame frame = queue_.blank();
    if (OutgoingFrame::make(std::move(message), frame)) return false;
    if (frame.bytes() > limits_.max_frame_bytes) return false;
    if (!queue_.push(std::move(frame), Clock::now())) return false;
    carry_over_soon();
    return true;
  }

  void close(const std::string& reason) override {
    open_.store(false);
    asio::post(io_->context, [self = shared_from_this(), reason] {
      self->carry_over();
      self->finish(reason);
    });
  }

  bool is_open() const override { return open_.load(); }
  std::string peer() const override { return "loopback"; }
  Duration silent_for() const override {
    return Clock::now().time_since_epoch() - Duration{last_heard_ns_.load()};
  }

  void shut_down(const std::string& reason) override { finish(reason); }

 private:
  void carry_over_soon() {
    asio::post(io_->context, [self = shared_from_this()] { self->carry_over(); });
  }

  void carry_over() {
    const auto other = other_.lock();
    if (!other || finished_ || !queue_.try_begin()) return;
    std::vector<std::span<const std::byte>> segments;
    std::vector<SentFrame> sent;
    for (;;) {
      queue_.next_segments(64, Clock::now(), segments);
      if (segments.empty()) break;
      for (const auto segment : segments) {
        other->receive(segment);
        queue_.written(segment.size(), sent);
      }
    }
    for (const SentFrame& frame : sent) {
      if (listener_) listener_->on_sent(frame.id, frame.bytes, frame.begun);
    }
  }

  void receive(std::span<const std::byte> bytes) {
    const TimePoint now = Clock::now();
    last_heard_ns_.store(now.time_since_epoch().count());
    while (!bytes.empty() && !finished_) {
      const auto space = reader_.space();
      const auto taken = std::min(space.size(), bytes.size());
      std::memcpy(space.data(), bytes.data(), taken);
      bytes = bytes.subspan(taken);
      reader_.received(taken, now);
      while (auto incoming = reader_.next()) {
        if (!is_open() || !listener_) return;
        if (!keeps_terms(*incoming)) continue;
        listener_->on_message(std::move(incoming->message), incoming->arrival);
      }
      if (reader_.fault()) return finish(reader_.fault().sentence);
    }
  }

  bool keeps_terms(const FrameReader::Incoming& incoming) {
    const std::uint64_t id = incoming.message.id;
    const auto objection = terms_.received(incoming.message, incoming.arrival.frame_bytes);
    carry_over_soon();  // what waited for credit
    if (!objection) return true;
    send({objection->close ? 0 : id, Refused{Refusal::overloaded, objection->sentence, {}}});
    if (objection->close) close(objection->sentence);
    return false;
  }

  void finish(const std::string& reason) {
    if (finished_) return;
    finished_ = true;
    open_.store(false);
    queue_.end(false);
    if (const auto listener = std::exchange(listener_, nullptr)) listener->on_closed(reason);
    const auto other = other_.lock();
    if (!other) return;
    asio::post(io_->context, [other] { other->finish("loopback closed the connection"); });
  }

  const std::shared_ptr<IoThread::Parts> io_;
  std::shared_ptr<ChannelListener> listener_;
  const FrameLimits limits_;
  WriteQueue queue_;
  ConnectionTerms terms_;
  FrameReader reader_;
  std::weak_ptr<LoopbackChannel> other_;
  std::uint64_t key_ = 0;
  bool finished_ = false;
  std::atomic<bool> open_{true};
  std::atomic<std::int64_t> last_heard_ns_;
};

}  // namespace

std::pair<std::shared_ptr<Channel>, std::shared_ptr<Channel>> loopback_pair(
    IoThread& io, std::shared_ptr<ChannelListener> first, std::shared_ptr<ChannelListener> second,
    const FrameLimits& limits) {
  auto near = std::make_shared<LoopbackChannel>(io.parts(), std::move(first), limits);
  auto far = std::make_shared<LoopbackChannel>(io.parts(), std::move(second), limits);
  near->join(far);
  far->join(near);
  return {near, far};
}

}  // namespace branchline::transport
