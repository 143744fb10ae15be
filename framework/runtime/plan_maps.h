#pragma once

#include <cstddef>
#include <vector>

#include "framework/planner/plan.h"
#include "framework/planner/plan_map.h"
#include "framework/runtime/wire_costs.h"

namespace branchline::runtime {

/// One plan map for every exit and every level of what codecs may lose: between them all plans
/// that can be the fastest for their accuracy, whatever link, load and tier speeds are. A value.
struct PlanMaps {
  std::vector<planner::PlanMap> maps;  ///< the deepest exit first; of an exit the least loss first

  /// Placements that send something to the edge, each once: first those that are the fastest of a
  /// map under `now`, then those of links 4 and 16 times slower and faster, then the rest, the
  /// least slow first. What codecs they go with is left to the request.
  /// @param most  of them
  std::vector<planner::Plan> likely_first(const planner::MapConditions& now,
                                          std::size_t most) const;
};

/// @param graph   with times for device and edge
/// @param packed  whether the edge unpacks
/// A few milliseconds: not for requests.
PlanMaps plan_maps(const graph::LayerGraph& graph, const WireCosts& wire, bool packed);

}  // namespace branchline::runtime
