#pragma once

#include <cstdint>
#include <optional>

#include "framework/planner/internal/wide_sum.h"

namespace branchline::planner::internal {

/// Keeps the cheapest of the cuts offered; of equals the one offered last, so offer the one with
/// the most remote units first: better() prefers fewer.
class CheapestCut {
 public:
  void offer(std::int32_t cut, graph::Nanoseconds time) {
    if (cut_ && time > time_) return;
    cut_ = cut;
    time_ = time;
  }

  /// nullopt when none was offered.
  std::optional<std::int32_t> cut() const noexcept { return cut_; }
  graph::Nanoseconds time() const noexcept { return time_; }

 private:
  std::optional<std::int32_t> cut_;
  graph::Nanoseconds time_{0};
};

}  // namespace branchline::planner::internal
