#pragma once

#include <memory>

#include "framework/planner/planner.h"

namespace branchline::planner {

/// "neurosurgeon": the cheapest prefix on the device, the rest on the edge.
///
/// A prefix is the first k units of the exit's sub-graph in id order, k = 1 (only the input stays)
/// to n (nothing leaves). On a chain these are all monotone placements, so the plan is optimal; on
/// a DAG they are the n placements that one topological order offers, and each producer that is
/// read across the cut is charged once. Two tiers. No plan when no prefix can run (a unit runs
/// nowhere, or no value may cross). O(n + m) per exit: prefix sums, and the set of crossing values
/// kept up to date. Stateless. Kang et al., "Neurosurgeon", ASPLOS 2017, latency objective; DAG
/// variant as DADS uses it (INFOCOM 2019). `output_bytes / goodput` is d_i/B; the server load K is
/// PlanRequest::edge_queue.
std::unique_ptr<Planner> make_neurosurgeon();

}  // namespace branchline::planner
