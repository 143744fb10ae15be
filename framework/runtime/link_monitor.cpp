#include "framework/runtime/link_monitor.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "branchline/version.h"
#include "framework/base/error.h"

namespace branchline::runtime {
namespace {

using transport::Arrival;
using transport::Body;
using transport::Message;
using transport::Refusal;

constexpr double kOverheadWeight = 0.2;
constexpr std::uint64_t kPingFrameBytes = 64;  // about; only its round trip matters
constexpr Duration kLongestClog = std::chrono::seconds(5);

Duration seconds_of(double seconds) { return Duration(std::llround(std::min(seconds, 1e6) * 1e9)); }

std::string mismatch_sentence(const std::string& edge, const std::string& digest,
                              const transport::Welcome& welcome) {
  std::string has;
  for (std::size_t i = 0; i < welcome.names.size(); ++i) {
    has += (i == 0 ? "" : ", ") + welcome.names[i];
  }
  return edge + " does not have this network (digest " + digest + "; it has " +
         (has.empty() ? "none" : has) + "): copy the same model file into its models folder";
}

}  // namespace

/// Passes on what one channel says; outlived by the monitor (shut_down and the end of the I/O
/// thread come first).
class LinkMonitor::Connection final : public transport::ChannelListener {
 public:
  Connection(LinkMonitor& monitor, std::uint64_t number) : monitor_(monitor), number_(number) {}

  void on_message(Message message, const Arrival& arrival) override {
    monitor_.heard(number_, std::move(message), arrival);
  }
  void on_sent(std::uint64_t id, std::uint64_t bytes, TimePoint begun) override {
    monitor_.sent(number_, id, bytes, begun);
  }
  void on_closed(const std::string& reason) override { monitor_.closed(number_, reason); }

 private:
  LinkMonitor& monitor_;
  const std::uint64_t number_;
};

LinkMonitor::LinkMonitor(std::vector<transport::Endpoint> edges, std::string digest,
                         Connect connect, const TimeSource& time, std::function<void()> on_change,
                         std::uint64_t seed)
    : edges_(std::move(edges)),
      digest_(std::move(digest)),
      connect_(std::move(connect)),
      time_(time),
      on_change_(std::move(on_change)),
      random_(seed),
      next_try_(time.now()) {}

LinkMonitor::~LinkMonitor() { shut_down("the engine was stopped"); }

TimePoint LinkMonitor::tick() {
  constexpr Duration kTick = std::chrono::milliseconds(25);
  const TimePoint now = time_.now();
  if (edges_.empty()) return now + std::chrono::milliseconds(100);
  std::unique_lock lock(mutex_);
  if (shut_) return now + std::chrono::seconds(1);
  if (state_ == State::idle && now >= next_try_) {
    state_ = State::connecting;
    const std::uint64_t connection = ++connection_;
    lock.unlock();
    begin_to_connect(connection);
    return now + kTick;
  }
  if (state_ == State::up && peer_is_dead()) {
    const std::uint64_t connection = connection_;
    lock.unlock();
    closed(connection, "nothing was heard from it for a quarter of a second");
    return now + kTick;
  }
  if (state_ == State::up && ping_due()) {
    lock.unlock();
    const auto id = ask(transport::Ping{}, 0, {});
    lock.lock();
    ping_ = id;
  }
  return now + kTick;
}

void LinkMonitor::begin_to_connect(std::uint64_t connection) {
  transport::Hello hello;
  hello.software = "branchline " BRANCHLINE_VERSION;
  hello.digests = {digest_};
  std::shared_ptr<transport::Channel> channel =
      connect_(edges_[edge_], hello, std::make_shared<Connection>(*this, connection));
  const std::lock_guard lock(mutex_);
  // It may have failed, or been welcomed, before we got here.
  if (connection_ == connection && state_ != State::idle && !shut_) {
    channel_ = std::move(channel);
  } else if (channel) {
    channel->close("no longer needed");
  }
}

bool LinkMonitor::anyone_waits() const {
  return std::any_of(pending_.begin(), pending_.end(), [](const auto& entry) {
    // Who waits for slices to compile, or for nothing but a measurement, can be pinged beside it.
    return entry.second.request && entry.second.on_reply;
  });
}

bool LinkMonitor::ping_due() const {
  const bool pinged = ping_ && pending_.contains(*ping_);
  if (pinged || anyone_waits() || !channel_) return false;
  return !estimate_.values() || channel_->silent_for() >= kPingAfter;
}

Duration LinkMonitor::patience() const {
  Duration patience = kPongWithin;
  if (const auto measured = estimate_.values()) {
    patience = std::max(patience, 4 * measured->round_trip);
  }
  return patience + 2 * clogged_for();
}

Duration LinkMonitor::clogged_for() const {
  double bytes = 0;
  for (const auto& [id, pending] : pending_) {
    if (id != ping_) bytes += static_cast<double>(pending.payload_bytes);
  }
  const auto measured = estimate_.values();
  if (bytes == 0 || !measured || measured->uplink_bytes_per_s <= 0) return Duration::zero();
  return std::min(seconds_of(bytes / measured->uplink_bytes_per_s), Duration(kLongestClog));
}

bool LinkMonitor::peer_is_dead() const {
  if (!ping_ || !channel_) return false;
  const auto ping = pending_.find(*ping_);
  if (ping == pending_.end()) return false;
  const Duration waits = time_.now() - ping->second.asked;
  return waits >= patience() && channel_->silent_for() >= patience();
}

LinkView LinkMonitor::view() const {
  const std::lock_guard lock(mutex_);
  LinkView view;
  view.configured = !edges_.empty();
  if (!view.configured) return view;
  const TimePoint now = time_.now();
  view.up = state_ == State::up;
  view.draining = draining_;
  view.mismatch = mismatch_ && !view.up;
  view.edge = transport::to_string(edges_[edge_]);
  if (!view.up) view.problem = problem_;
  view.connection = connection_;
  view.measured = estimate_.values();
  if (view.measured) view.age = now - goodput_told_;
  view.tried = goodput_told_ != TimePoint{};
  // A queue drains while nobody tells us of it.
  view.edge_queue = std::max(Duration::zero(), queue_ - (now - queue_told_));
  view.backlog = clogged_for();
  view.up_overhead = static_cast<std::uint64_t>(up_overhead_);
  view.down_overhead = static_cast<std::uint64_t>(down_overhead_);
  return view;
}

std::optional<std::uint64_t> LinkMonitor::ask(Body body, std::uint64_t payload_bytes,
                                              OnReply on_reply) {
  std::shared_ptr<transport::Channel> channel;
  std::uint64_t id = 0;
  {
    const std::lock_guard lock(mutex_);
    if (state_ != State::up || !channel_) return std::nullopt;
    channel = channel_;
    id = next_id_++;
    Pending pending;
    pending.on_reply = std::move(on_reply);
    pending.asked = pending.begun = time_.now();
    pending.payload_bytes = payload_bytes;
    pending.request = std::holds_alternative<transport::Request>(body);
    pending.alone = std::all_of(pending_.begin(), pending_.end(),
                                [](const auto& entry) { return entry.second.payload_bytes == 0; });
    pending_.emplace(id, std::move(pending));
  }
  if (channel->send({id, std::move(body)})) return id;
  const std::lock_guard lock(mutex_);
  pending_.erase(id);
  return std::nullopt;
}

void LinkMonitor::cancel(std::uint64_t id, bool timed_out) {
  std::shared_ptr<transport::Channel> channel;
  {
    const std::lock_guard lock(mutex_);
    const auto found = pending_.find(id);
    if (found == pending_.end() || found->second.cancelled) return;
    Pending& pending = found->second;
    pending.cancelled = true;
    pending.on_reply = {};
    const TimePoint now = time_.now();
    const bool tells = timed_out && pending.request && pending.alone && !pending.punished;
    if (tells) {
      estimate_.add_timeout(pending.payload_bytes, now - pending.begun, now);
      goodput_told_ = now;
    }
    pending.punished = true;
    channel = channel_;
  }
  if (channel) channel->send({id, transport::Cancel{}});
}

void LinkMonitor::detach(std::uint64_t id) {
  const std::lock_guard lock(mutex_);
  const auto found = pending_.find(id);
  if (found == pending_.end()) return;
  found->second.cancelled = true;
  found->second.on_reply = {};
}

void LinkMonitor::sent(std::uint64_t connection, std::uint64_t id, std::uint64_t bytes,
                       TimePoint begun) {
  const std::lock_guard lock(mutex_);
  const auto found = pending_.find(id);
  if (connection != connection_ || found == pending_.end()) return;
  Pending& pending = found->second;
  pending.begun = begun;
  pending.frame_bytes = bytes;
  if (pending.request && bytes > pending.payload_bytes) {
    const auto overhead = static_cast<double>(bytes - pending.payload_bytes);
    up_overhead_ += kOverheadWeight * (overhead - up_overhead_);
  }
}

void LinkMonitor::heard(std::uint64_t connection, Message message, const Arrival& arrival) {
  if (auto* welcome = std::get_if<transport::Welcome>(&message.body)) {
    std::unique_lock lock(mutex_);
    if (connection != connection_ || state_ != State::connecting) return;
    const bool known = std::find(welcome->digests.begin(), welcome->digests.end(), digest_) !=
                       welcome->digests.end();
    if (known) {
      hear_welcome(*welcome);
      lock.unlock();
      return on_change_();
    }
    const std::string sentence =
        mismatch_sentence(transport::to_string(edges_[edge_]), digest_, *welcome);
    drop(sentence, true);  // nothing can be pending: it was never up
    lock.unlock();
    return on_change_();
  }
  OnReply on_reply;
  Reply reply;
  {
    const std::lock_guard lock(mutex_);
    if (connection != connection_) return;
    if (std::holds_alternative<transport::Draining>(message.body)) draining_ = true;
    const auto found = pending_.find(message.id);
    if (found == pending_.end() || state_ != State::up) {
      const auto* refused = std::get_if<transport::Refused>(&message.body);
      if (state_ == State::connecting && refused != nullptr) drop(refused->sentence, true);
      return;
    }
    Pending pending = std::move(found->second);
    if (ping_ == message.id) ping_.reset();
    pending_.erase(found);
    note_queue(message.body);
    measure(pending, message.body, arrival);
    reply.took = arrival.complete - pending.begun;
    reply.download = arrival.complete - arrival.first_byte;
    reply.bytes_up = pending.frame_bytes;
    reply.bytes_down = arrival.frame_bytes;
    on_reply = std::move(pending.on_reply);
  }
  reply.body = std::move(message.body);
  if (on_reply) on_reply(std::move(reply));
}

void LinkMonitor::hear_welcome(const transport::Welcome& welcome) {
  state_ = State::up;
  failures_ = 0;
  draining_ = mismatch_ = false;
  problem_.clear();
  queue_ = welcome.queue;
  queue_told_ = time_.now();
  events_.push_back({LinkEvent::Kind::up, "connected to " + transport::to_string(edges_[edge_]) +
                                              " (" + welcome.software + ")"});
}

void LinkMonitor::note_queue(const Body& body) {
  const auto told = [this](Duration queue) {
    queue_ = queue;
    queue_told_ = time_.now();
  };
  if (const auto* answer = std::get_if<transport::Answer>(&body)) told(answer->queue);
  if (const auto* pong = std::get_if<transport::Pong>(&body)) told(pong->queue);
  if (const auto* refused = std::get_if<transport::Refused>(&body)) {
    if (refused->why == Refusal::overloaded) told(refused->queue);
    if (refused->why == Refusal::draining) draining_ = true;
  }
}

void LinkMonitor::measure(const Pending& pending, const Body& body, const Arrival& arrival) {
  const TimePoint now = arrival.complete;
  const Duration total = arrival.complete - pending.begun;
  if (std::holds_alternative<transport::Pong>(body) && pending.alone) {
    const std::uint64_t up = pending.frame_bytes > 0 ? pending.frame_bytes : kPingFrameBytes;
    estimate_.add_exchange(up, arrival.frame_bytes, total, Duration::zero(), now);
  }
  const auto* answer = std::get_if<transport::Answer>(&body);
  if (answer == nullptr || !pending.request) return;
  std::uint64_t payload = 0;
  for (const transport::WireTensor& tensor : answer->tensors) {
    payload += tensor.encoded.payload_bytes;
  }
  if (arrival.frame_bytes > payload) {
    const auto overhead = static_cast<double>(arrival.frame_bytes - payload);
    down_overhead_ += kOverheadWeight * (overhead - down_overhead_);
  }
  if (!pending.alone) return;
  goodput_told_ = now;
  const Duration remote = answer->queued + answer->decode + answer->compute;
  estimate_.add_exchange(std::max(pending.frame_bytes, pending.payload_bytes), arrival.frame_bytes,
                         total, std::clamp(remote, Duration::zero(), total), now);
  estimate_.add_download(arrival.frame_bytes, arrival.complete - arrival.first_byte, now);
}

void LinkMonitor::closed(std::uint64_t connection, const std::string& reason) {
  Lost lost;
  {
    const std::lock_guard lock(mutex_);
    if (connection != connection_ || state_ == State::idle) return;
    lost = drop(reason, false);
  }
  for (const OnReply& on_reply : lost) on_reply({std::nullopt, reason, {}, {}, 0, 0});
  on_change_();
}

LinkMonitor::Lost LinkMonitor::drop(const std::string& problem, bool mismatch) {
  Lost lost;
  for (auto& [id, pending] : pending_) {
    if (pending.on_reply) lost.push_back(std::move(pending.on_reply));
  }
  pending_.clear();
  ping_.reset();
  // on_closed of this channel finds the link idle and is ignored.
  if (channel_) channel_->close(problem);
  channel_.reset();
  const std::string edge = transport::to_string(edges_[edge_]);
  if (state_ == State::up) {
    events_.push_back({LinkEvent::Kind::down, "lost " + edge + ": " + problem});
  }
  if (mismatch && problem != problem_) events_.push_back({LinkEvent::Kind::mismatch, problem});
  state_ = State::idle;
  draining_ = false;
  mismatch_ = mismatch;
  problem_ = problem;
  try_next(mismatch);
  return lost;
}

void LinkMonitor::try_next(bool mismatch) {
  ++failures_;
  edge_ = (edge_ + 1) % edges_.size();
  if (edges_.size() > 1 && failures_ % static_cast<int>(edges_.size()) != 0) {
    next_try_ = time_.now();  // another one may do
    return;
  }
  const int rounds = std::min(failures_ / static_cast<int>(edges_.size()), 10) - 1;
  Duration wait =
      std::min(Duration(kFirstBackOff) * (1 << std::max(rounds, 0)), Duration(kLongestBackOff));
  if (mismatch) wait = kMismatchBackOff;
  const double share = std::uniform_real_distribution<double>(0.5, 1)(random_);
  next_try_ = time_.now() + seconds_of(std::chrono::duration<double>(wait).count() * share);
}

std::vector<LinkEvent> LinkMonitor::take_events() {
  const std::lock_guard lock(mutex_);
  return std::exchange(events_, {});
}

void LinkMonitor::shut_down(const std::string& reason) {
  Lost lost;
  {
    const std::lock_guard lock(mutex_);
    if (shut_) return;
    shut_ = true;
    if (!edges_.empty() && state_ != State::idle) lost = drop(reason, false);
    ++connection_;  // what an old channel still says is nobody's business
  }
  for (const OnReply& on_reply : lost) on_reply({std::nullopt, reason, {}, {}, 0, 0});
}

}  // namespace branchline::runtime
