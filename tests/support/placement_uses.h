#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "framework/graph/layer_graph.h"

namespace branchline::testing {

/// What one placement on two tiers uses, added up as plainly as possible.
struct PlacementUses {
  std::int64_t device_ns = 0, edge_ns = 0, uplink_bytes = 0;
  bool remote = false;
};

/// Every placement of `exit` on device and edge that can run and lets no data flow back. 2^n.
inline std::vector<PlacementUses> all_placement_uses(const graph::LayerGraph& graph, int exit) {
  const std::vector<bool> needed = graph::units_of_exit(graph, exit);
  std::vector<std::size_t> movable;
  for (std::size_t id = 1; id < needed.size(); ++id) {
    if (needed[id]) movable.push_back(id);
  }
  const auto exit_unit =
      static_cast<std::size_t>(graph.exits[static_cast<std::size_t>(exit)].value.unit);
  std::vector<PlacementUses> all;
  for (std::uint32_t mask = 0; mask < (1U << movable.size()); ++mask) {
    std::vector<int> tier(needed.size(), 0);
    for (std::size_t at = 0; at < movable.size(); ++at) {
      tier[movable[at]] = (mask >> at) & 1U ? 1 : 0;
    }
    PlacementUses uses;
    uses.remote = mask != 0;
    std::vector<bool> crosses(needed.size(), false);
    bool runs = true;
    for (std::size_t id = 0; id < needed.size(); ++id) {
      if (!needed[id]) continue;
      const auto& time = graph.units[id].time[static_cast<std::size_t>(tier[id])];
      runs = runs && time.has_value();
      if (time) (tier[id] == 0 ? uses.device_ns : uses.edge_ns) += time->count();
      for (const graph::ValueId& input : graph.units[id].inputs) {
        const auto producer = static_cast<std::size_t>(input.unit);
        runs = runs && tier[producer] <= tier[id];
        if (tier[producer] < tier[id]) crosses[producer] = true;
      }
    }
    for (std::size_t id = 0; id < needed.size(); ++id) {
      if (!crosses[id]) continue;
      runs = runs && graph.units[id].transmissible;
      uses.uplink_bytes += graph.units[id].output_bytes;
    }
    runs = runs && (tier[exit_unit] == 0 || graph.units[exit_unit].transmissible);
    if (runs) all.push_back(uses);
  }
  return all;
}

}  // namespace branchline::testing
