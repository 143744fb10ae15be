#pragma once

#include "framework/base/clock.h"

namespace branchline {

/// Present level of a positive quantity that is noisy and sometimes changes for good (a goodput, or
/// how much slower a machine is than it was measured): an exponentially weighted mean of its
/// logarithm. One sample far off moves it little; a second one in the same direction is a step, and
/// the level jumps there. After a second without samples the first one far off is believed: what
/// the level stands on is old. A value.
class LevelEstimate {
 public:
  /// @param sample  > 0
  /// @param weight  in (0, 1]: how much it counts as long as it is not far off
  /// @param begun   the sample was taken from then to `now`
  void add(double sample, double weight, TimePoint begun, TimePoint now);

  bool any() const noexcept { return any_; }
  double value() const noexcept;  ///< 0 before the first sample
  double log_deviation() const noexcept;

 private:
  bool any_ = false;
  double mean_ = 0;      ///< of the logarithm
  double variance_ = 0;  ///< of the logarithm about the mean
  TimePoint told_;       ///< of the last sample
  int far_ = 0;          ///< -1 or +1: the last sample was far below or above
  double far_log_ = 0;
};

}  // namespace branchline
