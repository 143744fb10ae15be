#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>

#include "framework/base/clock.h"
#include "framework/base/level_estimate.h"
#include "framework/base/unit_ranges.h"
#include "framework/graph/layer_graph.h"

namespace branchline::runtime {

/// How long one slice takes on this device: what the profile says until it has run a few times,
/// then a moving mean of real runs and of their deviation. One thread adds, any thread reads; no
/// locks.
class StepTime {
 public:
  explicit StepTime(Duration predicted) : predicted_(predicted) {}

  /// A run that was held up (by the scheduler, say) moves the mean by at most three times itself;
  /// two far quicker ones in a row show that the mean was held up, and it starts over.
  void add(Duration measured) noexcept;

  Duration predicted() const noexcept { return predicted_; }

  /// @param ratio  this device's measured / predicted, for slices that have not run yet
  Duration expected(double ratio) const noexcept;

  /// A time that hardly any run exceeds: three mean deviations above the mean, at least 5 %.
  Duration cautious(double ratio) const noexcept;

 private:
  static constexpr int kRunsToTrust = 3;

  void start_over(Duration measured, Duration before) noexcept;

  const Duration predicted_;
  std::atomic<Duration::rep> mean_{0}, deviation_{0};
  std::atomic<int> runs_{0};
  Duration quick_{0};  // of the run before, if that was far quicker than the mean
};

/// One StepTime per set of units, whichever plan runs it. Safe from any thread.
class StepTimes {
 public:
  /// @param graph  with times for the device; borrowed for the call
  explicit StepTimes(const graph::LayerGraph& graph);

  std::shared_ptr<StepTime> of(const UnitRanges& units);

 private:
  std::vector<Duration> unit_time_;  // by unit id
  std::mutex mutex_;                 // guards times_
  std::map<std::string, std::shared_ptr<StepTime>> times_;
};

/// Measured / predicted time of one tier, clamped to [1/8, 8]: a level that one run hardly moves
/// and two alike do. Safe from any thread.
class SpeedRatio {
 public:
  void add(Duration measured, Duration predicted, TimePoint now) noexcept;
  void reset() noexcept;
  double value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::mutex mutex_;  // guards level_ and changes of value_
  LevelEstimate level_;
  std::atomic<double> value_{1};
};

}  // namespace branchline::runtime
