#pragma once

#include <optional>
#include <vector>

#include "framework/base/clock.h"

namespace branchline::transport {

/// From `at` on, one direction of a link passes so many bytes a second; at 0 it waits.
struct RateStep {
  Duration at{0};
  double bytes_per_s = 0;

  friend bool operator==(const RateStep&, const RateStep&) = default;
};

/// One direction of a link as a step function of the time since its start: ascending `at`, the
/// first at 0, rates >= 0.
struct RateTrace {
  std::vector<RateStep> steps;
  Duration period{0};  ///< starts over then, after the last step's `at`; 0: the last step stays

  friend bool operator==(const RateTrace&, const RateTrace&) = default;
};

RateTrace steady_rate(double bytes_per_s);

/// How many bytes pass when, for a trace that began at a moment. A value.
class RateSchedule {
 public:
  /// @param trace  as RateTrace says
  RateSchedule(RateTrace trace, TimePoint start);

  double rate_at(TimePoint time) const;

  /// When `bytes` that begin to pass at `from` are through; nullopt: never.
  std::optional<TimePoint> through_at(double bytes, TimePoint from) const;

  /// How much passes between two moments, from <= to. Before the start the first rate counts.
  double bytes_between(TimePoint from, TimePoint to) const;

 private:
  struct Position {
    std::size_t step = 0;
    Duration left = Duration::max();  ///< of the step
  };
  Position position_at(TimePoint time) const;

  RateTrace trace_;
  double period_bytes_ = 0;  ///< passed in one period
  TimePoint start_;
};

}  // namespace branchline::transport
