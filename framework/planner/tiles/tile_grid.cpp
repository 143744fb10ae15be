#include "framework/planner/tiles/tile_grid.h"

#include <string>

#include "framework/base/error.h"

namespace branchline::planner::tiles {

std::vector<Interval> even_intervals(std::int64_t size, std::int32_t parts) {
  BL_EXPECT(parts >= 1, std::to_string(parts) + " parts");
  std::vector<Interval> intervals;
  intervals.reserve(static_cast<std::size_t>(parts));
  std::int64_t begin = 0;
  for (std::int64_t part = 1; part <= parts; ++part) {
    std::int64_t end = part * size / parts;
    const std::int64_t rest = 2 * (part * size % parts);
    if (rest > parts || (rest == parts && end % 2 == 1)) ++end;
    intervals.push_back({begin, end});
    begin = end;
  }
  return intervals;
}

std::vector<Region> tile_regions(const MapShape& map, TileGrid grid) {
  std::vector<Region> regions;
  const std::vector<Interval> columns = even_intervals(map.columns, grid.columns);
  for (const Interval rows : even_intervals(map.rows, grid.rows)) {
    for (const Interval column : columns) regions.push_back({rows, column});
  }
  return regions;
}

}  // namespace branchline::planner::tiles
