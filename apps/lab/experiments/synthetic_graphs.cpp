#include "apps/lab/experiments/synthetic_graphs.h"

#include <random>
#include <string>

#include "framework/base/error.h"

namespace branchline::lab {
namespace {

constexpr std::int64_t kInputBytes = 600000;

/// std::mt19937 is the same everywhere, the standard distributions are not.
class SyntheticDraw {
 public:
  std::int64_t from(std::int64_t least, std::int64_t most) {
    return least + static_cast<std::int64_t>(random_() % static_cast<std::uint32_t>(most - least));
  }

 private:
  std::mt19937 random_{1};
};

graph::Unit synthetic_unit(SyntheticDraw& draw, std::int32_t id, int units) {
  graph::Unit unit;
  unit.id = id;
  unit.name = "unit" + std::to_string(id);
  unit.type = id == 0 ? "input" : "conv";
  unit.output_bytes =
      id == 0 ? kInputBytes : draw.from(10000, 1500000) * (units - id) / units + 4000;
  unit.features.output_bytes = unit.output_bytes;
  unit.features.macs = id == 0 ? 0 : draw.from(2000000, 40000000);
  if (id > 0) unit.inputs.push_back({id - 1, 0});
  return unit;
}

graph::LayerGraph synthetic_network(const std::string& name, int units) {
  BL_EXPECT(units >= 2, "a network has an input and a layer");
  graph::LayerGraph graph;
  graph.name = name + "-" + std::to_string(units);
  SyntheticDraw draw;
  for (std::int32_t id = 0; id < units; ++id) {
    graph.units.push_back(synthetic_unit(draw, id, units));
  }
  graph.exits.push_back({"exit1", {units - 1, 0}, 0.9});
  return graph;
}

}  // namespace

graph::LayerGraph residual_network(int units) {
  graph::LayerGraph graph = synthetic_network("residual", units);
  for (graph::Unit& unit : graph.units) {
    if (unit.id > 0 && unit.id % 4 == 0) unit.inputs.push_back({unit.id - 4, 0});
  }
  return graph;
}

graph::LayerGraph entangled_network(int units) {
  graph::LayerGraph graph = synthetic_network("entangled", units);
  SyntheticDraw draw;
  for (graph::Unit& unit : graph.units) {
    const auto skip = static_cast<std::int32_t>(draw.from(2, 5));
    if (unit.id >= skip) unit.inputs.push_back({unit.id - skip, 0});
  }
  return graph;
}

}  // namespace branchline::lab
