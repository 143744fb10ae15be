#pragma once

#include <optional>

#include "framework/planner/plan_request.h"

namespace branchline::planner::internal {

/// What stage_cut finds.
struct StageCut {
  std::optional<Plan> plan;
  Nanoseconds bound{0};  ///< no plan's longest stage is shorter
  bool exact = false;    ///< the branch and bound came to its end: the plan is the optimum
};

/// The search behind the planner "throughput" (algorithms/throughput.h).
StageCut stage_cut(const PlanRequest& request, int exit);

}  // namespace branchline::planner::internal
