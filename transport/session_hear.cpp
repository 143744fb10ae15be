#include <algorithm>
#include <utility>

#include "transport/session.h"
#include "transport/session_link.h"

namespace branchline::transport {
namespace {

/// Nothing is known of a new link's round trip.
constexpr Duration kFirstPongWithin = std::chrono::seconds(1);

/// Whether a server that refuses us so would refuse us again soon.
bool is_misfit(Refusal why) {
  return why == Refusal::unknown_model || why == Refusal::incompatible || why == Refusal::denied;
}

}  // namespace

void Session::heard(std::uint64_t number, Message message, const Arrival& arrival) {
  if (const auto* welcome = std::get_if<Welcome>(&message.body)) {
    return introduced(number, *welcome);
  }
  if (std::holds_alternative<Ping>(message.body)) return answer_ping(number, message.id);
  Calls calls;
  bool deliver = false;
  {
    const std::lock_guard lock(mutex_);
    Link* link = find(number);
    if (link == nullptr) return;
    const auto* refused = std::get_if<Refused>(&message.body);
    if (link->up) {
      deliver = hear_reply(*link, message);
    } else if (refused != nullptr) {
      const auto ending = is_misfit(refused->why) ? Ending::misfit : Ending::lost;
      lose(number, refused->sentence, ending, calls);
    }
  }
  if (deliver) listener_->on_reply(std::move(message), arrival);
  for (const auto& call : calls) call();
}

/// @returns whether the listener waits for it.
bool Session::hear_reply(Link& link, const Message& message) {
  const auto* refused = std::get_if<Refused>(&message.body);
  if (std::holds_alternative<Draining>(message.body) ||
      (refused != nullptr && refused->why == Refusal::draining)) {
    link.draining = true;
  }
  if (refused != nullptr && message.id == 0) link.farewell = refused->sentence;
  const bool pong = std::holds_alternative<Pong>(message.body);
  for (const Unanswered& entry : unanswered_) {
    if (entry.id != message.id || entry.link != link.number) continue;
    const bool told = entry.told;
    if (pong) link.heartbeat.hear_pong(time_.now());
    confirm_up_to(link.number, entry.order);
    remove_unanswered(message.id, link.number);
    return told;
  }
  return false;
}

/// The connection keeps the order: what was written before something that arrived, arrived.
void Session::confirm_up_to(std::uint64_t number, std::uint64_t order) {
  for (Unanswered& entry : unanswered_) {
    const bool before = entry.order != 0 && entry.order < order;
    if (entry.link == number && before) entry.doubtful_bytes = 0;
  }
}

void Session::introduced(std::uint64_t number, const Welcome& welcome) {
  Endpoint edge;
  {
    const std::lock_guard lock(mutex_);
    const Link* link = find(number);
    if (link == nullptr || link->up) return;
    edge = edges_.at(link->edge);
  }
  const std::string misfit = listener_->judge(edge, welcome);
  Calls calls;
  {
    const std::lock_guard lock(mutex_);
    Link* link = find(number);
    if (link == nullptr) return;
    const TimePoint now = time_.now();
    if (misfit.empty()) {
      link->up = true;
      link->welcome = welcome;
      // Connecting took a round trip at least, so that a Pong need not be later.
      const Duration first_pong = std::max(kFirstPongWithin, now - link->since);
      link->since = now;
      link->heartbeat = Heartbeat(Heartbeat::kSpare, now, first_pong);
      edges_.stand(link->edge, now);
      if (in_use_ == 0) put_in_use(*link, calls);
    } else {
      lose(number, misfit, Ending::misfit, calls);
    }
  }
  for (const auto& call : calls) call();
}

void Session::answer_ping(std::uint64_t number, std::uint64_t id) {
  std::shared_ptr<Channel> channel;
  {
    const std::lock_guard lock(mutex_);
    if (const Link* link = find(number)) channel = link->channel;
  }
  if (channel) channel->send({id, Pong{}});
}

void Session::sent(std::uint64_t number, std::uint64_t id, std::uint64_t bytes, TimePoint begun) {
  {
    const std::lock_guard lock(mutex_);
    if (find(number) == nullptr) return;
    for (Unanswered& entry : unanswered_) {
      const bool itself = entry.id == id && entry.link == number && entry.order == 0;
      if (itself) entry.order = ++last_order_;  // a Cancel goes by its request's id
    }
  }
  listener_->on_sent(id, bytes, begun);
}

void Session::dropped(std::uint64_t number, std::uint64_t id) {
  {
    const std::lock_guard lock(mutex_);
    if (!remove_unanswered(id, number)) return;
  }
  listener_->on_lost(id, "it was cancelled before it was sent");
}

void Session::closed(std::uint64_t number, const std::string& reason) {
  Calls calls;
  {
    const std::lock_guard lock(mutex_);
    const Link* link = find(number);
    const bool told = link != nullptr && !link->farewell.empty();
    lose(number, told ? std::string(link->farewell) : reason, Ending::lost, calls);
  }
  for (const auto& call : calls) call();
}

}  // namespace branchline::transport
