#include "transport/session.h"

#include <algorithm>
#include <utility>

#include "transport/session_link.h"

namespace branchline::transport {
namespace {

std::optional<TimePoint> deadline_of(const Body& body, TimePoint now) {
  const auto* request = std::get_if<Request>(&body);
  if (request == nullptr || request->budget <= Duration{0}) return std::nullopt;
  return now + request->budget;
}

}  // namespace

Session::Session(Setup setup, const TimeSource& time)
    : hello_(std::move(setup.hello)),
      connect_(std::move(setup.connect)),
      listener_(std::move(setup.listener)),
      time_(time),
      edges_(std::move(setup.edges), time.now(), setup.seed) {}

Session::~Session() { shut_down("the session ended"); }

SessionView Session::view() const {
  const std::lock_guard lock(mutex_);
  SessionView view;
  view.up = in_use_ != 0;
  view.misfit = misfit_ && !view.up;
  if (!view.up) view.problem = problem_;
  if (edges_.size() > 0) view.edge = to_string(edges_.at(shown_edge_));
  view.connection = shown_number_;
  for (const Link& link : links_) {
    if (link.number != in_use_) continue;
    view.draining = link.draining;
    view.capabilities = link.welcome.capabilities;
  }
  if (const Link* other = spare()) {
    view.spare = other->number;
    view.spare_edge = to_string(edges_.at(other->edge));
    view.spare_capabilities = other->welcome.capabilities;
  }
  return view;
}

bool Session::ask(std::uint64_t id, Body body, std::uint64_t payload_bytes,
                  std::uint64_t connection) {
  std::shared_ptr<Channel> channel;
  std::uint64_t number = 0;
  {
    const std::lock_guard lock(mutex_);
    const Link* link = find(connection == 0 ? in_use_ : connection);
    if (link == nullptr || !link->channel || !link->up) return false;
    channel = link->channel;
    number = link->number;
    Unanswered& entry = unanswered_.emplace_back();
    entry.id = id;
    entry.link = number;
    entry.doubtful_bytes = payload_bytes;
    entry.due = deadline_of(body, time_.now());
    entry.ping = std::holds_alternative<Ping>(body);
  }
  if (channel->send({id, std::move(body)})) return true;
  const std::lock_guard lock(mutex_);
  return !remove_unanswered(id, number);  // else it was told as lost meanwhile
}

void Session::cancel(std::uint64_t id) {
  std::shared_ptr<Channel> channel;
  {
    const std::lock_guard lock(mutex_);
    for (const Unanswered& entry : unanswered_) {
      if (entry.id != id) continue;
      if (const Link* link = find(entry.link)) channel = link->channel;
    }
  }
  if (channel) channel->send({id, Cancel{}});
}

void Session::set_uplink(double bytes_per_s) {
  const std::lock_guard lock(mutex_);
  uplink_bytes_per_s_ = bytes_per_s;
}

void Session::shut_down(const std::string& reason) {
  Calls calls;
  {
    const std::lock_guard lock(mutex_);
    if (shut_) return;
    shut_ = true;
    in_use_ = 0;
    problem_ = reason;
    for (const Link& link : links_) {
      drop_unanswered(link.number, reason, calls);
      if (link.channel) calls.push_back([c = link.channel, reason] { c->close(reason); });
    }
    links_.clear();
  }
  for (const auto& call : calls) call();
}

Session::Link* Session::find(std::uint64_t number) {
  const auto found = std::find_if(links_.begin(), links_.end(),
                                  [number](const Link& link) { return link.number == number; });
  return found == links_.end() ? nullptr : &*found;
}

bool Session::remove_unanswered(std::uint64_t id, std::uint64_t number) {
  return std::erase_if(unanswered_, [id, number](const Unanswered& entry) {
           return entry.id == id && entry.link == number;
         }) > 0;
}

/// Somebody waits for a reply over it.
bool Session::busy(std::uint64_t number) const {
  return std::any_of(unanswered_.begin(), unanswered_.end(), [number](const Unanswered& entry) {
    return entry.link == number && !entry.ping;
  });
}

void Session::drop_unanswered(std::uint64_t number, const std::string& reason, Calls& calls) {
  for (const Unanswered& entry : unanswered_) {
    if (entry.link != number || !entry.told) continue;
    calls.push_back(
        [listener = listener_, id = entry.id, reason] { listener->on_lost(id, reason); });
  }
  std::erase_if(unanswered_, [number](const Unanswered& entry) { return entry.link == number; });
}

void Session::put_in_use(Link& link, Calls& calls) {
  in_use_ = shown_number_ = link.number;
  shown_edge_ = link.edge;
  misfit_ = false;
  problem_.clear();
  link.heartbeat.set_pace(Heartbeat::kInUse);
  link.heartbeat.ask_now();
  calls.push_back([listener = listener_, edge = edges_.at(link.edge), welcome = link.welcome] {
    listener->on_up(edge, welcome);
  });
}

void Session::lose(std::uint64_t number, const std::string& reason, Ending ending, Calls& calls) {
  const Link* found = find(number);
  if (found == nullptr) return;
  const Link link = *found;
  std::erase_if(links_, [number](const Link& other) { return other.number == number; });
  drop_unanswered(number, reason, calls);
  if (link.channel) {
    calls.push_back([channel = link.channel, reason, dead = ending == Ending::dead] {
      dead ? channel->abandon(reason) : channel->close(reason);
    });
  }
  const TimePoint now = time_.now();
  const bool misfit = ending == Ending::misfit;
  const bool was_in_use = number == in_use_;
  if (was_in_use) in_use_ = 0;
  edges_.fail(link.edge, now, misfit, in_use_ == 0);
  if (in_use_ == 0) {
    shown_edge_ = link.edge;
    misfit_ = misfit;
    problem_ = reason;
  }
  const Endpoint& edge = edges_.at(link.edge);
  if (!was_in_use) {
    calls.push_back([listener = listener_, edge, reason, misfit] {
      listener->on_failed(edge, reason, misfit);
    });
    return;
  }
  calls.push_back([listener = listener_, edge, reason] { listener->on_down(edge, reason); });
  if (const Link* next = spare()) {
    put_in_use(*find(next->number), calls);
  } else {
    edges_.hurry(now);
  }
}

}  // namespace branchline::transport
