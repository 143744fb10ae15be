#pragma once

#include "framework/planner/schedule/precedence_tree.h"
#include "framework/planner/schedule/upload_job.h"

namespace branchline::planner::schedule {

/// The layer-wise schedule of least makespan for jobs whose precedence is `tree`.
///
/// Each part of the tree becomes a list of composite jobs in Johnson's order. In parallel: the
/// lists are merged. In series: while the last composite of the first list does not run before the
/// first of the second, the two (and what then does not run before or after the result) become one.
/// The root's list, read out, is the order: no linear extension is shorter. O(n log n): each list
/// is two leftist heaps (its first and its last composite) and each composite a linked run of jobs,
/// so that merging lists costs O(log n) and joining runs O(1). Stateless. Sidney, Oper. Res. 27
/// (1979), and Monma and Sidney, Math. Oper. Res. 4 (1979), for series-parallel precedence; Kurisu
/// 1976 for the composite. Duan and Wu's layer-wise schedule for trees is the case of a tree; its
/// inner details are not public.
JobOrder composite_order(const std::vector<UploadJob>& jobs, const PrecedenceTree& tree);

}  // namespace branchline::planner::schedule
