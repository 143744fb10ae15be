#include "framework/planner/tiles/tile_grid.h"

#include <gtest/gtest.h>

#include <cmath>

namespace branchline::planner::tiles {
namespace {

TEST(TileGrid, CoversEveryPositionOnce) {
  for (std::int64_t size = 1; size < 60; ++size) {
    for (std::int32_t parts = 1; parts < 70; ++parts) {
      const std::vector<Interval> intervals = even_intervals(size, parts);
      ASSERT_EQ(intervals.size(), static_cast<std::size_t>(parts));
      std::int64_t begin = 0;
      for (std::int32_t part = 0; part < parts; ++part) {
        const Interval interval = intervals[static_cast<std::size_t>(part)];
        ASSERT_EQ(interval.begin, begin);
        // nearbyint rounds halves to the even number; these quotients are exact enough for it.
        ASSERT_EQ(interval.end, std::nearbyint(static_cast<double>((part + 1) * size) / parts));
        begin = interval.end;
      }
      ASSERT_EQ(begin, size);
    }
  }
}

TEST(TileGrid, LeavesTilesEmptyWhenThereAreMoreThanPositions) {
  int empty = 0;
  for (const Interval interval : even_intervals(3, 8)) empty += interval.empty();
  EXPECT_EQ(empty, 5);
}

/// With halves rounded up an inner tile of VGG-16's 14 rows would have 4 rows and two halos.
TEST(TileGrid, GivesFourteenRowsTheLargerSharesOutside) {
  EXPECT_EQ(even_intervals(14, 4), (std::vector<Interval>{{0, 4}, {4, 7}, {7, 10}, {10, 14}}));
}

TEST(TileGrid, GoesRowByRow) {
  EXPECT_EQ(tile_regions({1, 4, 6}, {2, 3}), (std::vector<Region>{{{0, 2}, {0, 2}},
                                                                  {{0, 2}, {2, 4}},
                                                                  {{0, 2}, {4, 6}},
                                                                  {{2, 4}, {0, 2}},
                                                                  {{2, 4}, {2, 4}},
                                                                  {{2, 4}, {4, 6}}}));
  EXPECT_THROW(tile_regions({1, 4, 6}, {0, 3}), std::logic_error);
}

}  // namespace
}  // namespace branchline::planner::tiles
