#pragma once

#include <optional>

#include "framework/planner/plan_request.h"

namespace branchline::planner::internal {

/// What capped_cut finds.
struct CappedCut {
  std::optional<Plan> plan;
  /// No plan within the caps can be quicker; equal to plan->predicted: the plan is the optimum.
  Nanoseconds bound{0};
  int min_cuts = 0;
};

/// Quickest plan that keeps max_accuracy_loss and max_uplink_bytes (at least one is given), two or
/// three tiers. The placements that are cheapest for some price of a millionth of accuracy and of a
/// byte are the corners of a hull (lower_hull.h); each is priced with the best codecs within the
/// caps, and single units are moved while that helps. Exact when the caps do not bind or when only
/// one value crosses; in general nearly so: the constrained cut is NP-hard (a knapsack).
/// nullopt when no placement within the caps was found.
/// @throws InputError when the times, losses or bytes add up to 2^40 or more.
CappedCut capped_cut(const PlanRequest& request, int exit);

}  // namespace branchline::planner::internal
