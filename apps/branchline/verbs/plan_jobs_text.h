#pragma once

#include <string>

#include "framework/planner/plan_jobs.h"

namespace branchline::apps {

/// For people: when the last answer is there, and how many jobs in a row are cut where.
std::string plan_jobs_text(const planner::PlanRequest& request, const planner::JobsPlan& jobs,
                           planner::Nanoseconds solver_time);

}  // namespace branchline::apps
