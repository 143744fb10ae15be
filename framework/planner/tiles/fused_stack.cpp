#include "framework/planner/tiles/fused_stack.h"

#include <algorithm>
#include <cstddef>

#include "framework/base/error.h"

namespace branchline::planner::tiles {

std::vector<std::int32_t> fusion_points(const SpatialGraph& graph) {
  const auto count = static_cast<std::int32_t>(graph.layers.size());
  std::vector<std::int32_t> last_reader(graph.layers.size(), count);
  for (std::int32_t layer = 0; layer < count; ++layer) {
    for (const std::int32_t input : graph.layers[static_cast<std::size_t>(layer)].inputs) {
      last_reader[static_cast<std::size_t>(input)] = layer;
    }
  }
  std::vector<std::int32_t> points;
  std::int32_t open_until = 0;  // the last reader of all layers before this one
  for (std::int32_t layer = 0; layer < count; ++layer) {
    if (open_until <= layer) points.push_back(layer);
    open_until = std::max(open_until, last_reader[static_cast<std::size_t>(layer)]);
  }
  return points;
}

SpatialGraph fused_stack(const SpatialGraph& graph, std::int32_t source, std::int32_t sink) {
  BL_EXPECT(source >= 0 && source < sink && static_cast<std::size_t>(sink) < graph.layers.size(),
            "no layers from " + std::to_string(source) + " to " + std::to_string(sink));
  SpatialGraph stack;
  stack.name = graph.name;
  stack.bytes_per_value = graph.bytes_per_value;
  stack.layers.assign(graph.layers.begin() + source, graph.layers.begin() + sink + 1);
  const SpatialLayer& first = graph.layers[static_cast<std::size_t>(source)];
  stack.layers[0] = SpatialLayer{};
  stack.layers[0].name = first.name;
  stack.layers[0].kind = LayerKind::input;
  stack.layers[0].output = first.output;
  for (SpatialLayer& layer : stack.layers) {
    for (std::int32_t& input : layer.inputs) {
      BL_EXPECT(input >= source, "layer '" + layer.name + "' reads past " + std::to_string(source));
      input -= source;
    }
  }
  return stack;
}

}  // namespace branchline::planner::tiles
