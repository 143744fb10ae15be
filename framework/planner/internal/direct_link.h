#pragma once

#include "framework/planner/plan.h"
#include "framework/planner/plan_request.h"

namespace branchline::planner::internal {

/// A plan at least as good as `relayed` when the device also reaches the cloud past the edge. A
/// heuristic, for the exact three-tier cut needs that to be no shorter than the relay. Two starts:
/// `relayed`, and the exact cut between device and cloud alone with each value over the shorter
/// route; from each, single units move to the tier beside theirs while that helps under price_plan.
/// @param relayed  the optimum if all is relayed, priced for `request`, which has three tiers and a
/// direct link
/// Each trial prices a plan, O(n + m); a fixed budget of them keeps large graphs at some 20 million
/// units looked at.
Plan improve_over_direct_link(const PlanRequest& request, const Plan& relayed);

}  // namespace branchline::planner::internal
