#include "apps/lab/experiments/roofline.h"

#include <algorithm>
#include <cmath>

#include "framework/base/error.h"

namespace branchline::lab {

graph::LayerGraph with_roofline_times(graph::LayerGraph graph,
                                      const std::vector<MachineSpeed>& tiers) {
  BL_EXPECT(tiers.size() == 2 || tiers.size() == 3, "times are for two or three tiers");
  std::int64_t macs = 0;
  for (const graph::Unit& unit : graph.units) macs += unit.features.macs;
  if (macs == 0) {
    throw InputError("its units have no features, so nothing tells how long they take",
                     "graph " + graph.name, "give a MODEL.pt, or a graph with features.macs");
  }
  graph.tiers.clear();
  for (std::size_t tier = 0; tier < tiers.size(); ++tier) {
    graph.tiers.push_back(static_cast<Tier>(tier));
  }
  for (graph::Unit& unit : graph.units) {
    const graph::LayerFeatures& layer = unit.features;
    const double bytes =
        static_cast<double>(layer.input_bytes + layer.output_bytes + layer.weight_bytes);
    unit.time.clear();
    for (const MachineSpeed& speed : tiers) {
      const double seconds =
          std::max(static_cast<double>(layer.macs) / speed.macs_per_s, bytes / speed.bytes_per_s);
      unit.time.emplace_back(unit.id == 0 ? 0 : std::llround(seconds * 1e9));
    }
  }
  return graph;
}

}  // namespace branchline::lab
