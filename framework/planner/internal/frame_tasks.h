#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "framework/planner/internal/wide_sum.h"
#include "framework/planner/simulate.h"

namespace branchline::planner::internal {

/// One thing that a frame waits for: a unit on a tier, an output on a link, or time that passes.
struct FrameTask {
  std::optional<Resource> resource;  ///< nullopt: occupies nothing (the edge's queue)
  std::int32_t unit = 0;
  std::int32_t rank = 0;  ///< the unit's place in the plan's order
  WideSum duration = 0;
  WideSum travel = 0;              ///< after the resource is free again, before the result is there
  std::int32_t waits_for = 0;      ///< how many of its predecessors must be done
  std::vector<std::int32_t> then;  ///< indices of the tasks that wait for it
};

/// All tasks of one frame under `plan`. O(n + m).
std::vector<FrameTask> frame_tasks(const PlanRequest& request, const Plan& plan,
                                   ExecutionMode mode);

}  // namespace branchline::planner::internal
