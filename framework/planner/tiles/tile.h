#pragma once

#include <cstdint>
#include <vector>

#include "framework/planner/internal/wide_sum.h"
#include "framework/planner/tiles/input_window.h"
#include "framework/planner/tiles/interval.h"
#include "framework/planner/tiles/spatial_graph.h"

namespace branchline::planner::tiles {

/// What one worker does for one layer: compute `output` of the layer's map from these windows of
/// its inputs (the same for all inputs of an add or concat).
struct LayerTile {
  Region output;  ///< in the coordinates of the whole map; of layer 0: what the worker must get
  InputWindow rows;
  InputWindow columns;

  friend bool operator==(const LayerTile&, const LayerTile&) = default;
};

/// All that a worker must compute, layer by layer, to deliver `output` of the last layer alone.
///
/// @param graph   with inferred shapes
/// @param output  within the last layer's map; empty: nothing is computed
/// @returns one tile a layer. Where a map is read by several layers its tile holds what each of
///          them needs: the smallest rectangle around all demands.
/// O(layers + edges), stateless. D3's VSM goes backwards like this along a chain; branches are
/// ours.
std::vector<LayerTile> tile_layers(const SpatialGraph& graph, Region output);

/// The same on one axis, by layer: axes do not influence each other.
std::vector<Interval> demanded_intervals(const SpatialGraph& graph, Axis axis, Interval output);

/// Operations of a tile whose layers compute these intervals: a multiply-accumulate of a
/// convolution, a comparison or addition of a pool or an add, and an elementwise result are one.
internal::WideSum tile_operations(const SpatialGraph& graph, const std::vector<Interval>& rows,
                                  const std::vector<Interval>& columns);

/// Operations of the whole network on one machine.
internal::WideSum whole_operations(const SpatialGraph& graph);

}  // namespace branchline::planner::tiles
