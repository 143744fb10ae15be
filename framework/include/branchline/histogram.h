#pragma once

#include <cstdint>
#include <vector>

#include "framework/base/clock.h"

namespace branchline {
inline namespace v0 {

/// How many durations fell into each bucket.
struct DurationCounts {
  std::vector<Duration> bounds;       ///< ascending; a bucket holds what is <= its bound
  std::vector<std::uint64_t> counts;  ///< a bucket each, and one more for what is longer
  Duration sum{0};
};

/// The same for ratios of two durations.
struct RatioCounts {
  std::vector<double> bounds;
  std::vector<std::uint64_t> counts;
  double sum = 0;
};

}  // namespace v0
}  // namespace branchline
