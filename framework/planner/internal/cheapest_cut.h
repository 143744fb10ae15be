#pragma once

#include <cstdint>
#include <optional>

#include "framework/planner/internal/wide_sum.h"

namespace branchline::planner::internal {

/// What the search knows of one way to cut.
struct CutCost {
  graph::Nanoseconds time{0};
  std::int64_t uplink_bytes = 0;
};

/// Keeps the cheapest of the cuts offered: least time, then fewest uplink bytes, then the one
/// offered first. Offer them in the order of better()'s last rule: the lower set of remote units
/// first.
class CheapestCut {
 public:
  void offer(std::int32_t cut, CutCost cost) {
    const bool wins = !cut_ || cost.time < cost_.time ||
                      (cost.time == cost_.time && cost.uplink_bytes < cost_.uplink_bytes);
    if (!wins) return;
    cut_ = cut;
    cost_ = cost;
  }

  /// nullopt when none was offered.
  std::optional<std::int32_t> cut() const noexcept { return cut_; }
  const CutCost& cost() const noexcept { return cost_; }

 private:
  std::optional<std::int32_t> cut_;
  CutCost cost_;
};

}  // namespace branchline::planner::internal
