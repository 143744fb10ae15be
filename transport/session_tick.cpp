#include <algorithm>
#include <string>
#include <utility>

#include "transport/session.h"
#include "transport/session_link.h"

namespace branchline::transport {
namespace {

/// What may have been acknowledged and yet not have reached the edge: proxies, emulated links and
/// radio modems hold so much, and not more.
constexpr std::uint64_t kHiddenBytes = 128 * 1024;
/// The slowest uplink that is served (0.13 Mbit/s): what a link is taken for that was not measured.
constexpr double kSlowestUplink = 16e3;
/// A measured uplink may just have become half as fast.
constexpr double kMeasuredShare = 0.5;

/// Nothing is ever due so late that nobody needs to look.
constexpr Duration kLookAtLeast = std::chrono::milliseconds(500);

}  // namespace

TimePoint Session::tick() {
  Calls calls;
  TimePoint next;
  {
    const std::lock_guard lock(mutex_);
    const TimePoint now = time_.now();
    if (shut_) return now + kLookAtLeast;
    std::vector<std::uint64_t> dead;
    for (Link& link : links_) look_after(link, now, dead, calls);
    for (const std::uint64_t number : dead) {
      lose(number, "nothing was heard from it any more, it did not answer a ping", Ending::dead,
           calls);
    }
    give_up_never_answered(now, calls);
    settle(now, calls);
    close_idle(now, calls);
    attempt(now, calls);
    next = next_tick(now);
  }
  for (const auto& call : calls) call();
  return next;
}

Heartbeat::Signs Session::signs_of(const Link& link) const {
  Heartbeat::Signs signs;
  std::uint64_t doubtful = 0;
  for (const Unanswered& entry : unanswered_) {
    if (entry.link != link.number) continue;
    doubtful += entry.doubtful_bytes;
    if (entry.due) signs.due = std::min(signs.due.value_or(*entry.due), *entry.due);
  }
  signs.silent = link.channel->silent_for();
  signs.still = link.channel->still_for();
  const double rate =
      uplink_bytes_per_s_ > 0 ? kMeasuredShare * uplink_bytes_per_s_ : kSlowestUplink;
  const double seconds = static_cast<double>(std::min(doubtful, kHiddenBytes)) / rate;
  signs.on_the_way =
      std::chrono::duration_cast<Duration>(std::chrono::duration<double>(std::min(seconds, 60.0)));
  return signs;
}

void Session::look_after(Link& link, TimePoint now, std::vector<std::uint64_t>& dead,
                         Calls& calls) {
  if (!link.up || !link.channel) return;
  const bool used = link.number == in_use_;
  link.heartbeat.set_pace(used || busy(link.number) ? Heartbeat::kInUse : Heartbeat::kSpare);
  const auto verdict = link.heartbeat.look(signs_of(link), now);
  if (verdict == Heartbeat::Verdict::dead) dead.push_back(link.number);
  if (verdict != Heartbeat::Verdict::ping) return;
  ping(link, used, calls);
}

/// In place of the last one, if that was not answered.
void Session::ping(Link& link, bool used, Calls& calls) {
  const auto last =
      std::find_if(unanswered_.begin(), unanswered_.end(), [&link](const Unanswered& entry) {
        return entry.id == link.ping && entry.link == link.number;
      });
  if (last != unanswered_.end()) {
    if (last->told) {
      calls.push_back([listener = listener_, id = last->id] {
        listener->on_lost(id, "this ping was not answered, a later one may be");
      });
    }
    unanswered_.erase(last);
  }
  Unanswered& entry = unanswered_.emplace_back();
  entry.id = link.ping = new_id();
  entry.link = link.number;
  entry.ping = true;
  entry.told = used;
  calls.push_back([listener = listener_, channel = link.channel, id = entry.id, used] {
    if (used) listener->on_ping(id);
    channel->send({id, Ping{}});
  });
}

void Session::give_up_never_answered(TimePoint now, Calls& calls) {
  std::erase_if(unanswered_, [&](const Unanswered& entry) {
    if (!entry.due || now < *entry.due + kNeverAnswered) return false;
    calls.push_back([listener = listener_, id = entry.id] {
      listener->on_lost(id, "the edge never answered it");
    });
    return true;
  });
}

/// The most preferred connection that may take over.
const Session::Link* Session::spare() const {
  const Link* best = nullptr;
  for (const Link& link : links_) {
    const bool fit = link.up && !link.draining && link.number != in_use_;
    if (fit && (best == nullptr || link.edge < best->edge)) best = &link;
  }
  return best;
}

/// Moves away from an edge that drains, and back to a better one that stood for a while.
void Session::settle(TimePoint now, Calls& calls) {
  const Link* used = find(in_use_);
  const Link* other = spare();
  if (used == nullptr || other == nullptr) return;
  const bool better = other->edge < used->edge && now - other->since >= kReturnAfter;
  if (used->draining || better) put_in_use(*find(other->number), calls);
}

/// Of connections that nobody waits on only the spare is kept.
void Session::close_idle(TimePoint now, Calls& calls) {
  const Link* kept = spare();
  const std::uint64_t kept_number = kept == nullptr ? 0 : kept->number;
  std::erase_if(links_, [&](const Link& link) {
    const bool needed = !link.up || !link.channel || link.number == in_use_ ||
                        link.number == kept_number || busy(link.number);
    if (needed) return false;
    drop_unanswered(link.number, "its connection is no longer needed", calls);
    calls.push_back([channel = link.channel] { channel->close("no longer needed"); });
    if (link.draining) {
      edges_.fail(link.edge, now, true, false);  // it says itself that it has no use for us
    } else {
      edges_.leave(link.edge);
    }
    return true;
  });
}

/// While one edge serves and another waits, only better ones than that other.
std::size_t Session::edges_worth_trying() {
  const Link* used = find(in_use_);
  if (used == nullptr || used->draining) return edges_.size();
  const Link* other = spare();
  return other == nullptr ? edges_.size() : other->edge;
}

/// One at a time, but an unhurried attempt does not hold up one that is needed.
bool Session::connecting() const {
  return std::any_of(links_.begin(), links_.end(), [this](const Link& link) {
    return !link.up && (in_use_ != 0 || link.hurried);
  });
}

void Session::attempt(TimePoint now, Calls& calls) {
  if (connecting()) return;
  const auto edge = edges_.next(now, edges_worth_trying());
  if (!edge) return;
  edges_.engage(*edge);
  Link& link = links_.emplace_back(Link{++last_number_,
                                        *edge,
                                        nullptr,
                                        false,
                                        false,
                                        in_use_ == 0,
                                        {},
                                        now,
                                        {Heartbeat::kSpare, now}});
  if (in_use_ == 0) {
    shown_edge_ = *edge;
    shown_number_ = link.number;
  }
  calls.push_back(
      [this, number = link.number, endpoint = edges_.at(*edge)] { open(number, endpoint); });
}

void Session::open(std::uint64_t number, const Endpoint& edge) {
  auto channel = connect_(edge, hello_, std::make_shared<Ear>(weak_from_this(), number));
  const std::lock_guard lock(mutex_);
  Link* link = find(number);  // it may have failed, or been welcomed, before we got here
  if (link != nullptr) {
    link->channel = std::move(channel);
  } else if (channel) {
    channel->close("no longer needed");
  }
}

TimePoint Session::next_tick(TimePoint now) {
  TimePoint next = now + kLookAtLeast;
  for (const Link& link : links_) {
    if (link.up) next = std::min(next, link.heartbeat.next_look());
  }
  if (!connecting()) next = std::min(next, edges_.next_try(edges_worth_trying()));
  return next;
}

}  // namespace branchline::transport
