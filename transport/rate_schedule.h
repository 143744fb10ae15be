#pragma once

#include <optional>
#include <vector>

#include "framework/base/clock.h"

namespace branchline::transport {

/// How many bytes a second one direction of a link passes, as a step function of the time since its
/// start. A value.
class RateSchedule {
 public:
  struct Step {
    Duration at{0};
    double bytes_per_s = 0;
  };

  /// @param steps   ascending `at`, the first at 0, rates >= 0
  /// @param repeat  starts over at the end; the last step lasts as long as the one before it
  RateSchedule(std::vector<Step> steps, bool repeat, TimePoint start);

  double rate_at(TimePoint time) const;

  /// When `bytes` that begin to pass at `from` (not before the start) are through; nullopt: never.
  std::optional<TimePoint> through_at(double bytes, TimePoint from) const;

  /// How much passes between two moments, from <= to.
  double bytes_between(TimePoint from, TimePoint to) const;

 private:
  struct Position {
    std::size_t step = 0;
    Duration left = Duration::max();  ///< of the step
  };
  Position position_at(TimePoint time) const;

  std::vector<Step> steps_;
  Duration period_{0};       ///< 0: does not repeat
  double period_bytes_ = 0;  ///< passed in one period
  TimePoint start_;
};

}  // namespace branchline::transport
