#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "branchline/histogram.h"

namespace branchline::runtime {

/// Counts ratios of two durations in buckets. For one thread.
class RatioHistogram {
 public:
  /// @param bounds  ascending
  explicit RatioHistogram(std::vector<double> bounds) {
    counts_.counts.resize(bounds.size() + 1);
    counts_.bounds = std::move(bounds);
  }

  /// @param whole  > 0
  void add(Duration part, Duration whole) {
    const double ratio = static_cast<double>(part.count()) / static_cast<double>(whole.count());
    const auto& bounds = counts_.bounds;
    const auto bucket = std::lower_bound(bounds.begin(), bounds.end(), ratio) - bounds.begin();
    ++counts_.counts[static_cast<std::size_t>(bucket)];
    counts_.sum += ratio;
  }

  const RatioCounts& read() const { return counts_; }

 private:
  RatioCounts counts_;
};

}  // namespace branchline::runtime
