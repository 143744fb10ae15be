#pragma once

#include <string>

#include "framework/planner/plan.h"

namespace branchline::planner {

/// The answer of `branchline plan --json`, schema "branchline.plan/1" (docs/schemas.md). Exits
/// count from 1.
std::string to_json(const Plan& plan, Nanoseconds solver_time, bool three_tiers);

}  // namespace branchline::planner
