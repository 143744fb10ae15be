#include "framework/planner/pins.h"

#include <cstddef>
#include <string>

#include "framework/base/error.h"

namespace branchline::planner {

graph::LayerGraph pinned_to_device(graph::LayerGraph graph,
                                   const std::vector<std::int32_t>& units) {
  for (const std::int32_t unit : units) {
    if (unit < 0 || unit >= graph.unit_count()) {
      throw InputError("there is no unit " + std::to_string(unit) + " to pin to the device",
                       "graph '" + graph.name + "'",
                       "its units are 0 to " + std::to_string(graph.unit_count() - 1));
    }
    auto& time = graph.units[static_cast<std::size_t>(unit)].time;
    for (std::size_t tier = 1; tier < time.size(); ++tier) time[tier] = std::nullopt;
  }
  return graph;
}

}  // namespace branchline::planner
