#pragma once

#include <cstdint>
#include <vector>

#include "framework/planner/tiles/interval.h"
#include "framework/planner/tiles/spatial_graph.h"

namespace branchline::planner::tiles {

/// Into how many tiles an output map is cut, for equal workers.
struct TileGrid {
  std::int32_t rows = 1;
  std::int32_t columns = 1;

  friend bool operator==(const TileGrid&, const TileGrid&) = default;
};

/// `parts` >= 1 intervals that cover [0, size) in order; boundary i lies at i * size / parts,
/// rounded (halves to the even number). With more parts than positions some are empty.
std::vector<Interval> even_intervals(std::int64_t size, std::int32_t parts);

/// The tiles of a map, row by row.
std::vector<Region> tile_regions(const MapShape& map, TileGrid grid);

}  // namespace branchline::planner::tiles
