#pragma once

#include <cstdint>
#include <vector>

#include "framework/planner/tiles/spatial_graph.h"
#include "framework/planner/tiles/tile_grid.h"

namespace branchline::planner::tiles {

/// What cutting a stack into a grid of tiles costs and may gain.
struct TileRedundancy {
  double operations_factor = 1;   ///< operations of all tiles / of the whole stack
  double ideal_speed_up = 1;      ///< operations of the whole stack / of the largest tile
  double input_bytes_factor = 1;  ///< input bytes of all tiles / of the whole map
  std::int64_t input_bytes = 0;   ///< of all tiles: the map and its halos

  friend bool operator==(const TileRedundancy&, const TileRedundancy&) = default;
};

/// @param stack  with inferred shapes; its input is cut and sent, every tile runs all its layers.
/// The speed-up is for as many equal workers as tiles, without any transfer. A stack without
/// operations has factors of 1. O(tiles + (rows + columns of the grid) * layers), stateless.
TileRedundancy tile_redundancy(const SpatialGraph& stack, TileGrid grid);

/// One line of the tiles table: the first `fused_layers` layers of a network in one grid.
struct TilesTableRow {
  std::int32_t fused_layers = 0;
  TileGrid grid;
  TileRedundancy redundancy;

  friend bool operator==(const TilesTableRow&, const TilesTableRow&) = default;
};

/// Every depth with every grid, depth by depth.
/// @param fused_layers  fusion points of the network behind its input
std::vector<TilesTableRow> tiles_table(const SpatialGraph& network,
                                       const std::vector<std::int32_t>& fused_layers,
                                       const std::vector<TileGrid>& grids);

}  // namespace branchline::planner::tiles
