#include "framework/planner/tiles/tile.h"

#include <cstddef>

namespace branchline::planner::tiles {
namespace {

using internal::WideSum;

std::int64_t input_size_of(const SpatialGraph& graph, const SpatialLayer& layer, Axis axis) {
  return graph.layers[static_cast<std::size_t>(layer.inputs[0])].output.size(axis);
}

/// Positions of one axis at which the layer works to compute `output`: a transposed convolution
/// multiplies once per input, everything else once per output.
std::int64_t worked_positions(const SpatialGraph& graph, const SpatialLayer& layer, Axis axis,
                              Interval output) {
  if (layer.kind != LayerKind::transposed_convolution) return output.size();
  return input_window(layer, axis, input_size_of(graph, layer, axis), output).input.size();
}

WideSum operations_per_position(const SpatialGraph& graph, const SpatialLayer& layer) {
  const WideSum channels = layer.output.channels;
  const WideSum kernel = WideSum{layer.rows.kernel} * layer.columns.kernel;
  switch (layer.kind) {
    case LayerKind::input:
    case LayerKind::concat:
      return 0;
    case LayerKind::convolution:
    case LayerKind::transposed_convolution:
      return channels * kernel / layer.groups *
             graph.layers[static_cast<std::size_t>(layer.inputs[0])].output.channels;
    case LayerKind::add:
      return channels * (static_cast<std::int64_t>(layer.inputs.size()) - 1);
    default:
      return channels * kernel;
  }
}

}  // namespace

std::vector<Interval> demanded_intervals(const SpatialGraph& graph, Axis axis, Interval output) {
  std::vector<Interval> demanded(graph.layers.size());
  if (!output.empty()) demanded.back() = output;
  for (std::size_t place = graph.layers.size() - 1; place > 0; --place) {
    const SpatialLayer& layer = graph.layers[place];
    const Interval needed =
        input_window(layer, axis, input_size_of(graph, layer, axis), demanded[place]).input;
    for (const std::int32_t input : layer.inputs) {
      Interval& producer = demanded[static_cast<std::size_t>(input)];
      producer = hull(producer, needed);
    }
  }
  return demanded;
}

std::vector<LayerTile> tile_layers(const SpatialGraph& graph, Region output) {
  if (output.empty()) return std::vector<LayerTile>(graph.layers.size());
  const std::vector<Interval> rows = demanded_intervals(graph, Axis::rows, output.rows);
  const std::vector<Interval> columns = demanded_intervals(graph, Axis::columns, output.columns);
  std::vector<LayerTile> tiles(graph.layers.size());
  for (std::size_t place = 0; place < tiles.size(); ++place) {
    const SpatialLayer& layer = graph.layers[place];
    tiles[place].output = {rows[place], columns[place]};
    if (place == 0 || tiles[place].output.empty()) continue;
    tiles[place].rows =
        input_window(layer, Axis::rows, input_size_of(graph, layer, Axis::rows), rows[place]);
    tiles[place].columns = input_window(layer, Axis::columns,
                                        input_size_of(graph, layer, Axis::columns), columns[place]);
  }
  return tiles;
}

WideSum tile_operations(const SpatialGraph& graph, const std::vector<Interval>& rows,
                        const std::vector<Interval>& columns) {
  WideSum operations = 0;
  for (std::size_t place = 1; place < graph.layers.size(); ++place) {
    const SpatialLayer& layer = graph.layers[place];
    operations += operations_per_position(graph, layer) *
                  worked_positions(graph, layer, Axis::rows, rows[place]) *
                  worked_positions(graph, layer, Axis::columns, columns[place]);
  }
  return operations;
}

WideSum whole_operations(const SpatialGraph& graph) {
  std::vector<Interval> rows, columns;
  for (const SpatialLayer& layer : graph.layers) {
    rows.push_back({0, layer.output.rows});
    columns.push_back({0, layer.output.columns});
  }
  return tile_operations(graph, rows, columns);
}

}  // namespace branchline::planner::tiles
