#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "framework/planner/transfer.h"

namespace branchline::planner::internal {

/// The ways of one crossing and whether its bytes count against PlanRequest::max_uplink_bytes.
struct CrossingWays {
  std::vector<Transfer> ways;  ///< not empty
  bool first_uplink = false;
};

/// For each crossing the place of its way, so that all together take the least time and keep the
/// request's caps; of equals the ones listed first. nullopt when no choice keeps them.
/// A multiple-choice knapsack: the front of (time, loss, bytes) grows crossing by crossing. Exact
/// unless more than 10^4 partial choices remain undominated; then the quickest 10^4 go on.
std::optional<std::vector<std::size_t>> choose_within_caps(
    const PlanRequest& request, const std::vector<CrossingWays>& crossings);

}  // namespace branchline::planner::internal
