#pragma once

#include <memory>
#include <optional>

#include "framework/planner/planner.h"

namespace branchline::planner {

/// "throughput": most frames per second of a stream, that is the least longest stage (device,
/// uplink, edge, downlink; stage_times.h), codecs included, on device and edge. With a deadline
/// among the plans that meet it, if any does. Of equals the quickest, then as better() says.
///
/// The problem is NP-hard (Hu et al., DADS, INFOCOM 2019, heavy load). Here:
/// 1. Min-cuts under weights of the stages that move towards the longest one (multiplicative
///    weights); each gives a plan and a bound from below, no stage can be shorter than the weighted
///    mean of all. In DADS a fixed grid of weights, without a bound.
/// 2. Single units move while that helps.
/// 3. Branch and bound over placements and codecs, for at most 100 000 steps and
///    2000 units. Where it ends before
///    (chains of some hundred units, graphs of a dozen) the plan is the optimum.
/// Some 40 min-cuts; milliseconds. Stateless.
std::unique_ptr<Planner> make_throughput();

/// The most frames per second that several ways of planning one exit reach; 0 where one has no
/// plan.
struct ThroughputComparison {
  double throughput = 0;  ///< by the planner "throughput"
  double device_only = 0, edge_only = 0;
  double latency_optimal = 0;  ///< by "exact2"
  double bound = 0;            ///< no plan can reach more
};

/// @param request  two tiers
/// @param exit     index from 0, checked
ThroughputComparison compare_throughput(const PlanRequest& request, int exit);

}  // namespace branchline::planner
