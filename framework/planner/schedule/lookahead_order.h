#pragma once

#include "framework/planner/schedule/upload_job.h"

namespace branchline::planner::schedule {

/// A good order for any precedence, never longer than plain index order.
///
/// Runs, of the jobs whose predecessors are done, the one with the smallest look-ahead key: the
/// first by Johnson's rule of the composites "the job, followed by what it makes ready" (one after
/// the other, the first by Johnson's rule next). Then neighbours without precedence are swapped
/// while the makespan falls: only the two swaps at a critical job can lower it. The same from index
/// order; the shorter is returned.
/// A heuristic. O(n^2) at worst, about n log n on networks, whose branches are short. Stateless.
/// A re-design: Duan and Wu (IWQoS 2021) only say that they order general DAGs topologically.
JobOrder lookahead_order(const std::vector<UploadJob>& jobs);

}  // namespace branchline::planner::schedule
