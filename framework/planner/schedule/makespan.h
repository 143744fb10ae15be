#pragma once

#include "framework/planner/schedule/upload_job.h"

namespace branchline::planner::schedule {

/// When the last upload ends if the jobs compute in `order` without a pause and uploads follow
/// first come, first served: max over k of (compute up to the k-th + upload from the k-th on). Any
/// order of uploads that leaves the uplink no needless pause ends then, too. Saturates. O(n). Duan
/// and Wu, IWQoS 2021, as a two-machine flow shop.
/// @param order  every job once
Nanoseconds makespan(const std::vector<UploadJob>& jobs, const JobOrder& order);

/// Whether `order` has every job once and none before a predecessor. O(n + m).
bool is_linear_extension(const std::vector<UploadJob>& jobs, const JobOrder& order);

/// 0, 1, 2, …: plain topological order.
JobOrder index_order(const std::vector<UploadJob>& jobs);

/// Jobs that wait for each job, ascending. A job named twice as a predecessor counts once.
std::vector<std::vector<std::int32_t>> successors(const std::vector<UploadJob>& jobs);

}  // namespace branchline::planner::schedule
