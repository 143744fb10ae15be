#pragma once

#include <cstddef>
#include <cstdint>

#include "framework/planner/tiles/interval.h"
#include "framework/planner/tiles/spatial_graph.h"
#include "tests/support/integer_map.h"

/// What layers do with single values, shared by both ways to run them: run_whole (whole_layers.h)
/// and run_tile (tile_layers.h).
namespace branchline::testing {

using planner::tiles::Interval;
using planner::tiles::SpatialGraph;
using planner::tiles::SpatialLayer;

constexpr std::int64_t kMinusInfinity = INT64_MIN;

/// `place` chooses weights and biases.
class LayerArithmetic {
 public:
  LayerArithmetic(const SpatialGraph& graph, std::size_t place)
      : layer_(graph.layers[place]), place_(place) {
    if (!layer_.inputs.empty()) {
      inputs_ = graph.layers[static_cast<std::size_t>(layer_.inputs[0])].output;
    }
  }

  std::uint64_t bias(std::int64_t channel) const {
    return number(mixed(place_, number(channel), 77) % 9 - 4);
  }
  std::uint64_t weight(std::int64_t out, std::int64_t in, std::int64_t i, std::int64_t j) const {
    return number(mixed(place_, number(out), number(in), number(i * 64 + j)) % 7 - 3);
  }
  static std::uint64_t activation(std::uint64_t value) {
    const auto sign = static_cast<std::int64_t>(value);
    return sign > 0 ? value + 3 : value / 2 + 5;  // nowhere the identity, not 0 at 0
  }
  /// The input channels that an output channel sees.
  Interval seen_by(std::int64_t out) const {
    const std::int64_t each = inputs_.channels / layer_.groups;
    const std::int64_t group = out / (layer_.output.channels / layer_.groups);
    return {group * each, (group + 1) * each};
  }
  static std::uint64_t number(std::int64_t value) { return static_cast<std::uint64_t>(value); }

 private:
  const SpatialLayer& layer_;
  std::uint64_t place_;
  MapShape inputs_;
};

}  // namespace branchline::testing
