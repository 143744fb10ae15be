#pragma once

#include <memory>

#include "framework/planner/planner.h"

namespace branchline::planner {

/// "pipeline-paths", "pipeline-tree", "pipeline-dag": the exact cut (exact3, which is exact2 on two
/// tiers), with the device's part put in an order that lets uploads hide behind compute.
///
/// Plan::order holds the order and Plan::predicted the overlapped time (simulate.h): never above
/// the exact cut's, and exits are chosen by it. The part's last upload ends as early as it can
/// - paths: among orders that keep independent paths whole, if behind a stem the part is such
/// paths;
/// - tree: among all orders, if the part is an out-tree or an in-tree;
/// - dag: among all orders, if the part is series-parallel; otherwise by a heuristic.
/// Where the part is not of that structure it runs in id order: which cut is best depends on the
/// link, so that refusing would make a planner fail when the link changes. Two or three tiers. No
/// plan where exact3 has none. The exact cut's cost, and O(n log n), for dag O(n^2) at worst.
/// Duan and Wu, "Joint optimization of DNN partition and scheduling for mobile cloud computing" and
/// IWQoS 2021; the inner details are re-designed, see framework/planner/schedule.
std::unique_ptr<Planner> make_pipeline_paths();
std::unique_ptr<Planner> make_pipeline_tree();
std::unique_ptr<Planner> make_pipeline_dag();

}  // namespace branchline::planner
