#include "framework/runtime/link_monitor.h"

#include <algorithm>
#include <utility>

#include "branchline/version.h"
#include "framework/base/error.h"

namespace branchline::runtime {
namespace {

using transport::Arrival;
using transport::Body;
using transport::Message;
using transport::Refusal;

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

bool LinkMonitor::ping_due() const {
  const bool pinged = ping_ && meter_.awaits(*ping_);
  if (pinged || meter_.anyone_waits() || !channel_) return false;
  return !meter_.measured() || channel_->silent_for() >= kPingAfter;
}

Duration LinkMonitor::patience() const {
  Duration patience = kPongWithin;
  if (const auto measured = meter_.measured()) {
    patience = std::max(patience, 4 * measured->round_trip);
  }
  return patience + 2 * meter_.backlog();
}

bool LinkMonitor::peer_is_dead() const {
  if (!ping_ || !channel_ || !meter_.awaits(*ping_)) return false;
  const Duration waits = time_.now() - meter_.asked(*ping_);
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
  view.measured = meter_.measured();
  const std::optional<TimePoint> told = meter_.goodput_told();
  view.tried = told.has_value();
  if (told) view.age = now - *told;
  view.edge_queue = meter_.edge_queue(now);
  view.backlog = meter_.backlog();
  view.up_overhead = meter_.up_overhead();
  view.down_overhead = meter_.down_overhead();
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
    const bool request = std::holds_alternative<transport::Request>(body);
    meter_.expect(id, {std::move(on_reply), time_.now(), payload_bytes, request});
  }
  if (channel->send({id, std::move(body)})) return id;
  const std::lock_guard lock(mutex_);
  meter_.forget(id);
  return std::nullopt;
}

void LinkMonitor::cancel(std::uint64_t id, bool timed_out) {
  std::shared_ptr<transport::Channel> channel;
  {
    const std::lock_guard lock(mutex_);
    if (!meter_.give_up(id, timed_out, time_.now())) return;
    channel = channel_;
  }
  if (channel) channel->send({id, transport::Cancel{}});
}

void LinkMonitor::detach(std::uint64_t id) {
  const std::lock_guard lock(mutex_);
  meter_.detach(id);
}

void LinkMonitor::sent(std::uint64_t connection, std::uint64_t id, std::uint64_t bytes,
                       TimePoint begun) {
  const std::lock_guard lock(mutex_);
  if (connection == connection_) meter_.sent(id, bytes, begun);
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
  std::pair<OnReply, LinkReply> heard;
  {
    const std::lock_guard lock(mutex_);
    if (connection != connection_) return;
    if (std::holds_alternative<transport::Draining>(message.body)) draining_ = true;
    if (!meter_.awaits(message.id) || state_ != State::up) {
      const auto* refused = std::get_if<transport::Refused>(&message.body);
      if (state_ == State::connecting && refused != nullptr) drop(refused->sentence, true);
      return;
    }
    if (ping_ == message.id) ping_.reset();
    note_queue(message.body);
    heard = meter_.heard(message.id, std::move(message.body), arrival);
  }
  if (heard.first) heard.first(std::move(heard.second));
}

void LinkMonitor::hear_welcome(const transport::Welcome& welcome) {
  state_ = State::up;
  failures_ = 0;
  draining_ = mismatch_ = false;
  problem_.clear();
  meter_.note_queue(welcome.queue, time_.now());
  events_.push_back({LinkEvent::Kind::up, "connected to " + transport::to_string(edges_[edge_]) +
                                              " (" + welcome.software + ")"});
}

void LinkMonitor::note_queue(const Body& body) {
  const auto told = [this](Duration queue) { meter_.note_queue(queue, time_.now()); };
  if (const auto* answer = std::get_if<transport::Answer>(&body)) told(answer->queue);
  if (const auto* pong = std::get_if<transport::Pong>(&body)) told(pong->queue);
  if (const auto* refused = std::get_if<transport::Refused>(&body)) {
    if (refused->why == Refusal::overloaded) told(refused->queue);
    if (refused->why == Refusal::draining) draining_ = true;
  }
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
  Lost lost = meter_.drop_all();
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
  next_try_ = time_.now() + std::chrono::duration_cast<Duration>(wait * share);
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
