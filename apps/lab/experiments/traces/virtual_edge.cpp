#include "apps/lab/experiments/traces/virtual_edge.h"

#include <algorithm>
#include <utility>

#include "framework/base/error.h"
#include "transport/frame_writer.h"

namespace branchline::lab {
namespace {

using transport::Message;
using transport::Refusal;

constexpr Duration kConnectTimeout = std::chrono::seconds(1);  // as the engine's

std::uint64_t frame_bytes(const Message& message) {
  transport::OutgoingFrame frame;
  BL_EXPECT(!transport::OutgoingFrame::make(message, frame), "it breaks a bound of the format");
  return frame.bytes();
}

}  // namespace

class VirtualEdge::Connection final : public transport::Channel,
                                      public std::enable_shared_from_this<Connection> {
 public:
  Connection(VirtualEdge& edge, std::shared_ptr<transport::ChannelListener> listener)
      : edge_(edge),
        listener_(std::move(listener)),
        heard_(edge.time_.now()),
        moved_(edge.time_.now()) {}

  bool send(Message message) override {
    if (!open_) return false;
    const TimePoint now = edge_.time_.now();
    const std::uint64_t id = message.id;
    const std::uint64_t bytes = frame_bytes(message);
    const auto self = shared_from_this();
    edge_.up_.send(
        bytes, [self] { self->moved_ = self->edge_.time_.now(); },
        [self, sent = std::make_shared<const Message>(std::move(message))](TimePoint first_byte) {
          self->edge_.hear(self, *sent, first_byte);
        },
        now);
    edge_.at(now, [self, id, bytes, now] {
      if (self->open_) self->listener_->on_sent(id, bytes, now);
    });
    return true;
  }

  void close(const std::string& reason) override {
    if (!open_) return;
    open_ = false;
    edge_.at(edge_.time_.now(),
             [self = shared_from_this(), reason] { self->listener_->on_closed(reason); });
  }

  bool is_open() const override { return open_; }
  std::string peer() const override { return "virtual:1"; }
  Duration silent_for() const override { return edge_.time_.now() - heard_; }
  Duration still_for() const override { return edge_.time_.now() - std::max(heard_, moved_); }

  void note_packet() { heard_ = edge_.time_.now(); }

  void hear(Message message, const transport::Arrival& arrival) {
    welcomed_ = welcomed_ || std::holds_alternative<transport::Welcome>(message.body);
    if (open_) listener_->on_message(std::move(message), arrival);
  }

  void give_up_unless_welcomed() {
    if (!welcomed_) close("the connection was not answered in time");
  }

 private:
  VirtualEdge& edge_;
  const std::shared_ptr<transport::ChannelListener> listener_;
  bool open_ = true, welcomed_ = false;
  TimePoint heard_, moved_;
};

VirtualEdge::VirtualEdge(const VirtualTime& time, const transport::LinkProfile& link,
                         std::string digest, Serve serve)
    : time_(time),
      digest_(std::move(digest)),
      serve_(std::move(serve)),
      up_(link.uplink, link.delay, time.now()),
      down_(link.downlink, link.delay, time.now()) {}

VirtualEdge::~VirtualEdge() = default;

std::shared_ptr<transport::Channel> VirtualEdge::connect(
    const transport::Hello& hello, std::shared_ptr<transport::ChannelListener> listener) {
  auto connection = std::make_shared<Connection>(*this, std::move(listener));
  connection->send({0, hello});
  at(time_.now() + kConnectTimeout, [connection] { connection->give_up_unless_welcomed(); });
  return connection;
}

std::optional<TimePoint> VirtualEdge::next_event() const {
  std::optional<TimePoint> next;
  const auto sooner = [&next](std::optional<TimePoint> other) {
    if (other) next = std::min(next.value_or(*other), *other);
  };
  sooner(up_.next_event());
  sooner(down_.next_event());
  if (!due_.empty()) sooner(due_.begin()->first);
  return next;
}

void VirtualEdge::run() {
  const TimePoint now = time_.now();
  up_.run(now);
  down_.run(now);
  while (!due_.empty() && due_.begin()->first <= now) {
    const auto what = std::move(due_.begin()->second);
    due_.erase(due_.begin());
    what();
  }
}

void VirtualEdge::reply(const ConnectionPtr& to, Message message) {
  const std::uint64_t bytes = frame_bytes(message);
  down_.send(
      bytes, [to] { to->note_packet(); },
      [this, to, bytes, sent = std::make_shared<Message>(std::move(message))](TimePoint first) {
        to->hear(std::move(*sent), {first, time_.now(), bytes, false});
      },
      time_.now());
}

void VirtualEdge::hear(const ConnectionPtr& from, const Message& message, TimePoint first_byte) {
  if (!from->is_open()) return;
  if (std::holds_alternative<transport::Hello>(message.body)) {
    transport::Welcome welcome;
    welcome.software = "virtual edge";
    welcome.digests = {digest_};
    welcome.names = {"virtual"};
    welcome.max_frame_bytes = transport::FrameLimits{}.max_frame_bytes;
    welcome.max_in_flight = 16;
    welcome.capabilities = transport::capability::kPackedPayloads;
    reply(from, {message.id, std::move(welcome)});
  } else if (std::holds_alternative<transport::Prepare>(message.body)) {
    reply(from, {message.id, transport::Ready{}});
  } else if (std::holds_alternative<transport::Ping>(message.body)) {
    reply(from, {message.id, transport::Pong{}});
  } else if (const auto* request = std::get_if<transport::Request>(&message.body)) {
    serve(from, message.id, *request, first_byte);
  }
}

void VirtualEdge::serve(const ConnectionPtr& from, std::uint64_t id,
                        const transport::Request& request, TimePoint first_byte) {
  const TimePoint now = time_.now();
  const TimePoint deadline = first_byte + request.budget;
  const TimePoint begun = std::max(now, free_);
  if (begun >= deadline) {
    return reply(from, {id, transport::Refused{Refusal::expired, "the budget ran out", {}}});
  }
  transport::Answer answer = serve_(request);
  answer.queued = begun - now;
  free_ = begun + answer.decode + answer.compute;
  at(free_, [this, from, id, answer = std::move(answer)] {
    if (from->is_open()) reply(from, {id, answer});
  });
}

}  // namespace branchline::lab
