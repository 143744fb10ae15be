#pragma once

#include <optional>
#include <vector>

#include "framework/planner/plan_request.h"

namespace branchline::planner {

/// Several identical jobs of one exit, all there from the start: each with its own cut.
struct JobsPlan {
  int exit = 0;             ///< index from 0
  std::vector<Plan> plans;  ///< in the order the jobs run; each priced as if alone
  Nanoseconds makespan{0};  ///< when the last answer is there, as simulate_stream says, overlapped
  bool feasible = true;     ///< makespan <= deadline, or no deadline was given

  friend bool operator==(const JobsPlan&, const JobsPlan&) = default;
};

/// Cuts `jobs` requests behind the exit's cut vertices so that the last answer comes early: while
/// one uploads, the next computes.
///
/// f(l) is the device's time up to cut vertex l, g(l) its output's upload; cuts that cannot run are
/// left out, cuts that another beats in f and g as well (f and g need not be monotone). The exact
/// program of schedule/job_cuts.h then has the last upload end as early as can be. As it does not
/// see what the edge computes, its answer, the two neighbouring cuts and every cut taken by all
/// jobs are starts from which one job's cut is changed while the last answer comes earlier: optimal
/// where the edge takes no time, else a heuristic, never later than all jobs cut like the best one.
/// Exits are chosen as Planner::plan does, by the makespan. Two tiers. O(L^2 jobs^2) a round.
/// @param jobs  >= 1
/// @returns nullopt when no cut can run.
/// @throws InputError as Planner::plan does.
/// Duan and Wu, ICPP 2021 ("JPS"); the exact program is ours.
std::optional<JobsPlan> plan_jobs(const PlanRequest& request, int jobs);

}  // namespace branchline::planner
