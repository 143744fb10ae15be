#pragma once

#include <cstddef>
#include <vector>

#include "framework/base/clock.h"

namespace branchline::runtime {

/// The last `capacity` durations and their quantiles. Not safe for several threads at once.
class RecentDurations {
 public:
  explicit RecentDurations(std::size_t capacity);

  void add(Duration sample);
  std::size_t count() const noexcept { return samples_.size(); }

  /// Nearest rank, e.g. 0.999 of fewer than 1000 samples is the largest; zero when empty. O(n).
  Duration quantile(double share) const;

  /// The p99 of 200 samples or more leaves two of them out. So does this of fewer, as long as half
  /// are left: one run that was held up says nothing about the next ones.
  Duration forgiving_p99() const;

 private:
  std::size_t capacity_;
  std::size_t next_ = 0;
  std::vector<Duration> samples_;
};

}  // namespace branchline::runtime
