#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "framework/planner/schedule/upload_job.h"

namespace branchline::planner::schedule {

/// One way to cut a job: what the device then computes and what is then sent, both >= 0.
struct CutChoice {
  Nanoseconds compute{0};  ///< f(l)
  Nanoseconds upload{0};   ///< g(l)

  friend bool operator==(const CutChoice&, const CutChoice&) = default;
};

/// Which cut each of several jobs takes, in the order they run, and when the last upload ends.
struct JobCuts {
  std::vector<std::int32_t> job;  ///< indices of jobs in the order they run
  std::vector<std::int32_t> cut;  ///< index of the choice, by place in that order
  Nanoseconds makespan{0};

  friend bool operator==(const JobCuts&, const JobCuts&) = default;
};

/// The choices that no other beats in both numbers, by ascending compute and hence descending
/// upload; of equals the first. Any makespan can be had with these alone. O(L log L).
std::vector<std::int32_t> pareto_cuts(const std::vector<CutChoice>& choices);

/// Cuts of `jobs` identical jobs with the least makespan.
///
/// With Pareto choices only, Johnson's order is that of ascending depth. So, cut by cut, each
/// number of jobs placed has a Pareto set of (compute so far, end of uploads so far); back-pointers
/// give the cuts. States that cannot beat two_neighbouring_cuts' answer are dropped. O(L jobs)
/// sets; measured: see tests/benchmarks/schedule_benchmark.cpp. Stateless. Duan and Wu, "Joint
/// optimization of DNN partition and scheduling for mobile cloud computing", ICPP 2021, state the
/// problem; the exact program is ours.
/// @param choices  at least one;  @param jobs  >= 0
JobCuts exact_job_cuts(const std::vector<CutChoice>& choices, int jobs);

/// The paper's rule: where f reaches g, the first m jobs take the cut before that place and the
/// rest the one behind it; m is the best of 0 … jobs. For many jobs the mean f and g of a mix
/// count, so that only cuts on the convex hull of (f, g) are neighbours here; on the convex curves
/// of the paper these are all. Never better than exact_job_cuts. O(L log L + jobs^2). Stateless.
JobCuts two_neighbouring_cuts(const std::vector<CutChoice>& choices, int jobs);

/// Jobs of different models: from the cut of least f + g each, order the jobs by Johnson's rule and
/// give one job a better cut until no such change helps. A heuristic, exact for one job.
/// O(rounds jobs^2 L log jobs). Stateless.
/// @param choices  by job, at least one each
JobCuts mixed_job_cuts(const std::vector<std::vector<CutChoice>>& choices);

}  // namespace branchline::planner::schedule
