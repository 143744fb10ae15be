#include "framework/runtime/link_monitor.h"

#include <algorithm>
#include <utility>

#include "branchline/version.h"

namespace branchline::runtime {
namespace {

using transport::Arrival;
using transport::Body;
using transport::Endpoint;
using transport::Message;
using transport::Refusal;
using transport::Welcome;

std::string mismatch_sentence(const std::string& edge, const std::string& digest,
                              const Welcome& welcome) {
  std::string has;
  for (std::size_t i = 0; i < welcome.names.size(); ++i) {
    has += (i == 0 ? "" : ", ") + welcome.names[i];
  }
  return edge + " does not have this network (digest " + digest + "; it has " +
         (has.empty() ? "none" : has) + "): copy the same model file into its models folder";
}

bool unpacks(std::uint64_t capabilities) {
  return (capabilities & transport::capability::kPackedPayloads) != 0;
}

}  // namespace

/// Passes on what the session says; outlived by the monitor (shut_down and the end of the I/O
/// thread come first).
class LinkMonitor::Ear final : public transport::SessionListener {
 public:
  explicit Ear(LinkMonitor& monitor) : monitor_(monitor) {}

  std::string judge(const Endpoint& edge, const Welcome& welcome) override {
    return monitor_.judge(edge, welcome);
  }
  void on_up(const Endpoint& edge, const Welcome& welcome) override {
    monitor_.came_up(edge, welcome);
  }
  void on_down(const Endpoint& edge, const std::string& reason) override {
    monitor_.went_down(edge, reason);
  }
  void on_failed(const Endpoint&, const std::string& reason, bool misfit) override {
    monitor_.failed(reason, misfit);
  }
  void on_ping(std::uint64_t id) override { monitor_.expect(id, {}); }
  void on_sent(std::uint64_t id, std::uint64_t bytes, TimePoint begun) override {
    const std::lock_guard lock(monitor_.mutex_);
    monitor_.meter_.sent(id, bytes, begun);
  }
  void on_reply(Message message, const Arrival& arrival) override {
    monitor_.heard(std::move(message), arrival);
  }
  void on_lost(std::uint64_t id, const std::string& reason) override { monitor_.lost(id, reason); }

 private:
  LinkMonitor& monitor_;
};

LinkMonitor::LinkMonitor(std::vector<Endpoint> edges, std::string digest, Connect connect,
                         const TimeSource& time, std::function<void()> on_change,
                         std::uint64_t seed)
    : configured_(!edges.empty()),
      digest_(std::move(digest)),
      time_(time),
      on_change_(std::move(on_change)) {
  transport::Session::Setup setup;
  setup.edges = std::move(edges);
  setup.hello.software = "branchline " BRANCHLINE_VERSION;
  setup.hello.digests = {digest_};
  setup.hello.capabilities = transport::capability::kPackedPayloads;
  setup.connect = std::move(connect);
  setup.listener = std::make_shared<Ear>(*this);
  setup.seed = seed;
  session_ = std::make_shared<transport::Session>(std::move(setup), time);
}

LinkMonitor::~LinkMonitor() { shut_down("the engine was stopped"); }

TimePoint LinkMonitor::tick() {
  {
    const std::lock_guard lock(mutex_);
    if (const auto measured = meter_.measured()) session_->set_uplink(measured->uplink_bytes_per_s);
  }
  return session_->tick();
}

LinkView LinkMonitor::view() const {
  LinkView view;
  view.configured = configured_;
  if (!configured_) return view;
  const transport::SessionView session = session_->view();
  view.up = session.up;
  view.draining = session.draining;
  view.mismatch = session.misfit;
  view.edge = session.edge;
  view.problem = session.problem;
  view.connection = session.connection;
  view.packs = unpacks(session.capabilities);
  view.spare = session.spare;
  view.spare_edge = session.spare_edge;
  view.spare_packs = unpacks(session.spare_capabilities);
  const std::lock_guard lock(mutex_);
  const TimePoint now = time_.now();
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

void LinkMonitor::expect(std::uint64_t id, LinkMeter::Expected expected) {
  const std::lock_guard lock(mutex_);
  expected.asked = time_.now();
  meter_.expect(id, std::move(expected));
}

std::optional<std::uint64_t> LinkMonitor::ask(Body body, std::uint64_t payload_bytes,
                                              OnReply on_reply, Route route) {
  const std::uint64_t id = session_->new_id();
  const bool request = std::holds_alternative<transport::Request>(body);
  expect(id, {std::move(on_reply), {}, payload_bytes, request, route.spare});
  if (session_->ask(id, std::move(body), payload_bytes, route.connection)) return id;
  const std::lock_guard lock(mutex_);
  meter_.forget(id);
  return std::nullopt;
}

void LinkMonitor::cancel(std::uint64_t id, bool timed_out) {
  {
    const std::lock_guard lock(mutex_);
    if (!meter_.give_up(id, timed_out, time_.now())) return;
  }
  session_->cancel(id);
}

void LinkMonitor::detach(std::uint64_t id) {
  const std::lock_guard lock(mutex_);
  meter_.detach(id);
}

std::string LinkMonitor::judge(const Endpoint& edge, const Welcome& welcome) const {
  const auto& digests = welcome.digests;
  if (std::find(digests.begin(), digests.end(), digest_) != digests.end()) return {};
  return mismatch_sentence(transport::to_string(edge), digest_, welcome);
}

void LinkMonitor::came_up(const Endpoint& edge, const Welcome& welcome) {
  {
    const std::lock_guard lock(mutex_);
    mismatches_told_.clear();
    meter_.note_queue(welcome.queue, time_.now());
    events_.push_back({LinkEvent::Kind::up, "connected to " + transport::to_string(edge) + " (" +
                                                welcome.software + ")"});
  }
  on_change_();
}

void LinkMonitor::went_down(const Endpoint& edge, const std::string& reason) {
  {
    const std::lock_guard lock(mutex_);
    events_.push_back(
        {LinkEvent::Kind::down, "lost " + transport::to_string(edge) + ": " + reason});
  }
  on_change_();
}

void LinkMonitor::failed(const std::string& reason, bool misfit) {
  {
    const std::lock_guard lock(mutex_);
    if (misfit && mismatches_told_.insert(reason).second) {
      events_.push_back({LinkEvent::Kind::mismatch, reason});
    }
  }
  on_change_();
}

void LinkMonitor::heard(Message message, const Arrival& arrival) {
  std::pair<OnReply, LinkReply> heard;
  {
    const std::lock_guard lock(mutex_);
    if (!meter_.awaits(message.id)) return;
    note_queue(message.id, message.body);
    heard = meter_.heard(message.id, std::move(message.body), arrival);
  }
  if (heard.first) heard.first(std::move(heard.second));
}

void LinkMonitor::lost(std::uint64_t id, const std::string& reason) {
  OnReply on_reply;
  {
    const std::lock_guard lock(mutex_);
    on_reply = meter_.lose(id);
  }
  if (on_reply) on_reply({std::nullopt, reason, {}, {}, 0, 0});
}

void LinkMonitor::note_queue(std::uint64_t id, const Body& body) {
  if (meter_.is_elsewhere(id)) return;
  const auto told = [this](Duration queue) { meter_.note_queue(queue, time_.now()); };
  if (const auto* answer = std::get_if<transport::Answer>(&body)) told(answer->queue);
  if (const auto* pong = std::get_if<transport::Pong>(&body)) told(pong->queue);
  if (const auto* refused = std::get_if<transport::Refused>(&body)) {
    if (refused->why == Refusal::overloaded) told(refused->queue);
  }
}

std::vector<LinkEvent> LinkMonitor::take_events() {
  const std::lock_guard lock(mutex_);
  return std::exchange(events_, {});
}

void LinkMonitor::shut_down(const std::string& reason) { session_->shut_down(reason); }

}  // namespace branchline::runtime
