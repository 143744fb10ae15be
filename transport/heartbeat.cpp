#include "transport/heartbeat.h"

#include <algorithm>

namespace branchline::transport {
namespace {

constexpr int kRoundTrips = 4;
constexpr int kLatenesses = 4;
/// Timers are always a little late; that says nothing of the machine's load.
constexpr Duration kUsualLateness = std::chrono::milliseconds(10);
constexpr Duration kMostLateness = std::chrono::milliseconds(250);

/// Forgets slowly what was once long.
Duration longest_of_late(Duration before, Duration now) { return std::max(now, before * 31 / 32); }

}  // namespace

Heartbeat::Heartbeat(Pace pace, TimePoint now, Duration first_pong_within)
    : pace_(pace),
      counts_from_(now),
      still_since_(now),
      next_look_(now),
      first_pong_within_(first_pong_within) {}

/// Four times our own: what starves this process may starve the peer as well.
Duration Heartbeat::patience() const {
  const Duration told = round_trip_ ? kRoundTrips * *round_trip_ : first_pong_within_;
  return std::max(pace_.pong_within, told) + kLatenesses * lateness_;
}

/// An edge that gives up at a request's deadline says so, and that is heard a round trip later.
Duration Heartbeat::last_word() const { return kUsualLateness + round_trip_.value_or(Duration{0}); }

void Heartbeat::note_lateness(TimePoint now) {
  const Duration late = now - next_look_;
  if (late > pace_.ping_after) counts_from_ = now;
  lateness_ = longest_of_late(
      lateness_, std::clamp(late - kUsualLateness, Duration{0}, Duration{kMostLateness}));
}

Heartbeat::Verdict Heartbeat::look(const Signs& signs, TimePoint now) {
  note_lateness(now);
  const TimePoint silent_since = std::max(now - signs.silent, counts_from_);
  const TimePoint ping_due = silent_since + pace_.ping_after;
  still_since_ = std::max(now - signs.still, counts_from_);
  Verdict verdict = Verdict::alive;
  // A Pong may be left out by a peer that has other things to say: what was heard stands for it.
  const bool unasked = !pinged_ || *pinged_ < silent_since;
  if (ask_now_ || (unasked && now >= ping_due)) {
    pinged_ = now;
    ask_now_ = false;
    verdict = Verdict::ping;
  }
  TimePoint judged = ping_due;
  if (pinged_) {
    judged = std::max(still_since_ + pace_.ping_after, *pinged_) + patience();
    judged = std::max(judged, still_since_ + signs.on_the_way);
    if (signs.due) judged = std::max(judged, *signs.due + last_word());
    if (now >= judged) return Verdict::dead;
  }
  // Often enough to see that we stood still.
  next_look_ = std::min(std::max(judged, now), now + pace_.ping_after / 2);
  return verdict;
}

/// The Pong of a Ping that had company on the way, such as an upload before it, tells nothing.
void Heartbeat::hear_pong(TimePoint now) {
  if (pinged_ && still_since_ <= *pinged_) {
    round_trip_ = longest_of_late(round_trip_.value_or(Duration{0}), now - *pinged_);
  }
  pinged_.reset();
}

}  // namespace branchline::transport
