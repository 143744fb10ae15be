#include "framework/planner/tiles/deepthings.h"

#include <algorithm>

#include "framework/base/error.h"

namespace branchline::planner::tiles {

Interval deepthings_input(const SpatialLayer& layer, Axis axis, std::int64_t input_size,
                          Interval output) {
  const Window& window = layer.window(axis);
  const std::int64_t first = output.begin * window.stride;
  const std::int64_t last = (output.end - 1) * window.stride;
  switch (layer.kind) {
    case LayerKind::convolution:
      return {std::max<std::int64_t>(first - window.kernel / 2, 0),
              std::min(last + window.kernel / 2, input_size - 1) + 1};
    case LayerKind::max_pool:
    case LayerKind::average_pool:
      return {first, last + window.stride};
    default:
      BL_EXPECT(false, "DeepThings has no formula for layer '" + layer.name + "'");
      return {};
  }
}

}  // namespace branchline::planner::tiles
