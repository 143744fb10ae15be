#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "framework/base/tier.h"
#include "framework/graph/layer_graph.h"

namespace branchline::planner::internal {

/// A tier for every unit that `exit` needs: what `tier_of(unit id)` says; unit 0 on the device.
template <typename TierOf>
std::vector<std::optional<Tier>> placement(const graph::LayerGraph& graph, int exit,
                                           const TierOf& tier_of) {
  const std::vector<bool> needed = graph::units_of_exit(graph, exit);
  std::vector<std::optional<Tier>> tier(needed.size());
  for (std::size_t id = 0; id < needed.size(); ++id) {
    if (needed[id]) tier[id] = id == 0 ? Tier::device : tier_of(static_cast<std::int32_t>(id));
  }
  return tier;
}

}  // namespace branchline::planner::internal
