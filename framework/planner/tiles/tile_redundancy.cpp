#include "framework/planner/tiles/tile_redundancy.h"

#include <algorithm>
#include <cstddef>

#include "framework/planner/tiles/fused_stack.h"
#include "framework/planner/tiles/tile.h"

namespace branchline::planner::tiles {
namespace {

using internal::WideSum;

std::vector<std::vector<Interval>> demands_of_parts(const SpatialGraph& stack, Axis axis,
                                                    std::int32_t parts) {
  std::vector<std::vector<Interval>> demands;
  for (const Interval part : even_intervals(stack.layers.back().output.size(axis), parts)) {
    demands.push_back(demanded_intervals(stack, axis, part));
  }
  return demands;
}

double ratio(WideSum part, WideSum whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 1;
}

}  // namespace

TileRedundancy tile_redundancy(const SpatialGraph& stack, TileGrid grid) {
  const auto columns = demands_of_parts(stack, Axis::columns, grid.columns);
  const WideSum whole = whole_operations(stack);
  const MapShape& map = stack.layers[0].output;
  const WideSum bytes_per_position = WideSum{map.channels} * stack.bytes_per_value;
  WideSum total = 0, largest = 0, bytes = 0;
  for (const auto& rows : demands_of_parts(stack, Axis::rows, grid.rows)) {
    for (const auto& column : columns) {
      const WideSum operations = tile_operations(stack, rows, column);
      total += operations;
      largest = std::max(largest, operations);
      bytes += bytes_per_position * rows[0].size() * column[0].size();
    }
  }
  const WideSum map_bytes = bytes_per_position * map.rows * map.columns;
  return {ratio(total, whole), ratio(whole, largest), ratio(bytes, map_bytes),
          internal::clamped(bytes)};
}

std::vector<TilesTableRow> tiles_table(const SpatialGraph& network,
                                       const std::vector<std::int32_t>& fused_layers,
                                       const std::vector<TileGrid>& grids) {
  std::vector<TilesTableRow> rows;
  for (const std::int32_t depth : fused_layers) {
    const SpatialGraph stack = fused_stack(network, 0, depth);
    for (const TileGrid grid : grids) rows.push_back({depth, grid, tile_redundancy(stack, grid)});
  }
  return rows;
}

}  // namespace branchline::planner::tiles
