#pragma once

#include <string>

#include "framework/planner/plan.h"
#include "framework/planner/plan_jobs.h"

namespace branchline::planner {

/// The answer of `branchline plan --json`, schema "branchline.plan/1" (docs/schemas.md). Exits
/// count from 1.
std::string to_json(const Plan& plan, Nanoseconds solver_time, bool three_tiers);

/// Several jobs, schema "branchline.jobs/1": exits count from 1; "jobs" in the order they run, each
/// as in branchline.plan/1 but for schema and solver time.
std::string to_json(const JobsPlan& plan, Nanoseconds solver_time);

}  // namespace branchline::planner
