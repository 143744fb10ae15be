#pragma once

#include <string>
#include <vector>

#include "framework/planner/planner.h"
#include "framework/runtime/plan_forecast.h"
#include "framework/runtime/plan_maps.h"
#include "framework/runtime/runnable_plan.h"

namespace branchline::runtime {

/// Makes the plans that use the edge and are worth having on the shelf. Borrows all; stateless.
struct PlanMaker {
  const graph::LayerGraph& graph;  ///< with times for device and edge, and the bytes that travel
  const std::string& digest;
  StepTimes& times;

  /// What the maps hold, the likeliest first; none twice.
  /// @param most  of them
  std::vector<RunnablePlan> mapped(const PlanMaps& maps, const planner::MapConditions& now,
                                   std::size_t most) const;

  /// What a planner finds best for each exit on the link as it is and on links 4 and 16 times
  /// slower and faster: what is wanted when the link changes must be there when it does. The link
  /// as it is comes first; no two are the same.
  std::vector<RunnablePlan> best(const planner::Planner& planner, const LinkConditions& link) const;

  /// Every exit on the edge alone.
  std::vector<RunnablePlan> edge_only() const;

  /// The best split of each exit, whatever the planner thinks of splits: for requests that force
  /// one.
  std::vector<RunnablePlan> splits(const LinkConditions& link) const;
};

}  // namespace branchline::runtime
