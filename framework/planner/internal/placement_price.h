#pragma once

#include <optional>
#include <vector>

#include "framework/planner/plan_request.h"

namespace branchline::planner::internal {

/// The cost model behind price_plan (plan_cost.h): adds up what a placement takes.
/// @param tier  by unit id; nullopt exactly for the units the exit does not need; unit 0 on the
/// device
/// @param codecs  what crosses and is not listed goes raw; null: the quickest within the request's
/// caps
/// @returns nullopt when the placement cannot run or cannot keep the caps
std::optional<Plan> price_placement(const PlanRequest& request, int exit,
                                    const std::vector<std::optional<Tier>>& tier,
                                    const std::vector<CrossingCodec>* codecs);

}  // namespace branchline::planner::internal
