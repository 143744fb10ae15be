#pragma once

#include <optional>

#include "framework/planner/schedule/upload_job.h"

namespace branchline::planner::schedule {

/// Path-wise schedule: independent chains behind a common stem, each chain run in one go.
///
/// The stem, a chain that everything else waits for (possibly none), runs first. Each path then
/// counts as one composite job, and the paths run by Johnson's rule: best of all orders that keep
/// the paths whole. Where only a path's end is sent, head and tail are its total compute and
/// upload.
/// @returns nullopt when the jobs are not independent paths: behind the stem a job has two
/// predecessors or two successors.
/// O(n log n + m). Stateless. Duan and Wu, IWQoS 2021 (path-wise); Johnson 1954.
std::optional<JobOrder> path_order(const std::vector<UploadJob>& jobs);

}  // namespace branchline::planner::schedule
