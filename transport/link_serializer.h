#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <random>

#include "transport/rate_schedule.h"

namespace branchline::transport {

/// One direction of an emulated link in virtual time, without sockets or timers: chunks enter in
/// order, each takes its bytes at the rate of the moment, then the delay and jitter, and leaves in
/// order. Time in which nothing waits is lost: no credit builds up, so no burst ever passes. A
/// caller who looks late finds the same moments as one who looks in time. Not thread-safe.
class LinkSerializer {
 public:
  LinkSerializer(RateSchedule schedule, Duration delay, Duration jitter, std::uint64_t seed);

  /// A chunk is there to be sent; `now` never decreases from call to call.
  void offer(std::uint64_t bytes, TimePoint now);

  /// How many chunks, the oldest first, have arrived by `now` and were not taken yet.
  std::size_t take_arrived(TimePoint now);

  /// When to look again; nullopt while nothing moves.
  std::optional<TimePoint> next_event() const;

  /// From now on; what is being sent goes on with what is left of it.
  void change_rate(RateSchedule schedule, TimePoint now);
  void change_delay(Duration delay, Duration jitter, TimePoint now);

  void freeze(TimePoint now);  ///< nothing moves, on the wire neither
  void thaw(TimePoint now);
  bool frozen() const noexcept { return frozen_since_.has_value(); }

  double rate_at(TimePoint now) const { return frozen() ? 0 : schedule_.rate_at(now); }
  Duration delay() const noexcept { return delay_; }
  Duration jitter() const noexcept { return jitter_; }

  /// What a busy wire has sent and not yet delivered.
  double bytes_in_flight_at_most(TimePoint now) const {
    return schedule_.bytes_between(now - delay_ - jitter_, now);
  }

 private:
  void begin_next(TimePoint now);
  void run_until(TimePoint now);
  TimePoint arrival_after(TimePoint departure);

  RateSchedule schedule_;
  Duration delay_;
  Duration jitter_;
  std::mt19937_64 random_;

  std::deque<std::uint64_t> waiting_;   ///< bytes; the first chunk is on its way into the wire
  double left_ = 0;                     ///< bytes of the first that were not sent by since_
  TimePoint since_;                     ///< when the first began, or the schedule last changed
  std::optional<TimePoint> departure_;  ///< of the first, as things stand
  std::deque<TimePoint> in_flight_;     ///< arrivals of what left
  std::optional<TimePoint> frozen_since_;
};

}  // namespace branchline::transport
