#pragma once

#include "framework/planner/internal/stage_candidates.h"

namespace branchline::planner::internal {

/// Branch and bound over the nodes in order, device or edge and every way to send, which ends
/// where the longest stage, the weighted sum or the deadline leaves no room for a better plan.
/// @param candidates  holds a plan; the better ones are offered to it
/// @param weights  of the stages, not all 0: the nearer the bound they give, the fewer branches
/// @returns whether it came to its end: then the best candidate is the optimum. False at once for
/// a graph too large to try.
bool try_all_branches(const PlanRequest& request, int exit, const StageLoads& weights,
                      StageCandidates& candidates);

}  // namespace branchline::planner::internal
