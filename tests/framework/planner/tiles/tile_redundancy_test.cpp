#include "framework/planner/tiles/tile_redundancy.h"

#include <gtest/gtest.h>

#include "framework/planner/tiles/tile.h"
#include "framework/planner/tiles/vgg16.h"
#include "tests/support/spatial_graphs.h"

namespace branchline::planner::tiles {
namespace {

using branchline::testing::RandomSpatialGraph;
using branchline::testing::SpatialGraphBuilder;
using branchline::testing::window_of;

struct PublishedRow {
  std::int32_t fused_layers;
  std::int32_t side;
  double operations, speed_up, input_bytes;
  double input_bytes_unit = 0.01;  ///< of the last printed digit
  double speed_up_unit = 0.1;
};

/// The figures for VGG-16 at 224 x 224, found independently of this code with another program.
TEST(TilesTable, HasTheKnownFiguresForVgg16) {
  const PublishedRow expected[] = {
      {3, 2, 1.00, 4.0, 1.04},  {3, 3, 1.00, 8.7, 1.07},      {3, 4, 1.00, 16, 1.11, 0.01, 1},
      {6, 2, 1.04, 3.9, 1.11},  {6, 3, 1.08, 8.2, 1.23},      {6, 4, 1.12, 13.8, 1.35},
      {10, 2, 1.16, 3.4, 1.35}, {10, 3, 1.35, 5.2, 1.75},     {10, 4, 1.54, 9.1, 2.2, 0.1},
      {14, 2, 1.49, 2.7, 1.89}, {14, 3, 2.10, 3.8, 3.06},     {14, 4, 2.83, 5.0, 4.5, 0.1},
      {18, 2, 2.59, 1.3, 3.25}, {18, 3, 4.53, 1.1, 5.6, 0.1}, {18, 4, 7.55, 1.4, 10, 1},
  };
  const std::vector<TilesTableRow> rows =
      tiles_table(vgg16_features(), {3, 6, 10, 14, 18}, {{2, 2}, {3, 3}, {4, 4}});
  ASSERT_EQ(rows.size(), std::size(expected));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const PublishedRow& row = expected[i];
    SCOPED_TRACE(i);
    EXPECT_EQ(rows[i].fused_layers, row.fused_layers);
    EXPECT_EQ(rows[i].grid, (TileGrid{row.side, row.side}));
    EXPECT_NEAR(rows[i].redundancy.operations_factor, row.operations, 0.005);
    EXPECT_NEAR(rows[i].redundancy.ideal_speed_up, row.speed_up, row.speed_up_unit / 2);
    EXPECT_NEAR(rows[i].redundancy.input_bytes_factor, row.input_bytes, row.input_bytes_unit / 2);
  }
}

TEST(TileRedundancy, IsNoneForOneTileThatLooksAtEverything) {
  const SpatialGraph vgg = vgg16_features();
  EXPECT_EQ(tile_redundancy(vgg, {1, 1}), (TileRedundancy{1, 1, 1, 3 * 224 * 224 * 4}));
}

TEST(TileRedundancy, AddsUpWhatEachTileComputes) {
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    RandomSpatialGraph random(seed);
    const SpatialGraph graph = random.make();
    const TileGrid grid{static_cast<std::int32_t>(random.number(1, 5)),
                        static_cast<std::int32_t>(random.number(1, 5))};
    internal::WideSum total = 0, largest = 0;
    std::int64_t input_bytes = 0;
    for (const Region& region : tile_regions(graph.layers.back().output, grid)) {
      std::vector<Interval> rows, columns;
      for (const LayerTile& tile : tile_layers(graph, region)) {
        rows.push_back(tile.output.rows);
        columns.push_back(tile.output.columns);
      }
      const internal::WideSum operations = tile_operations(graph, rows, columns);
      total += operations;
      largest = std::max(largest, operations);
      input_bytes += rows[0].size() * columns[0].size() * graph.layers[0].output.channels * 4;
    }
    const auto whole = static_cast<double>(whole_operations(graph));
    const TileRedundancy got = tile_redundancy(graph, grid);
    EXPECT_EQ(got.input_bytes, input_bytes);
    if (whole == 0 || largest == 0) continue;
    EXPECT_DOUBLE_EQ(got.operations_factor, static_cast<double>(total) / whole);
    EXPECT_DOUBLE_EQ(got.ideal_speed_up, whole / static_cast<double>(largest));
  }
}

/// Two 3x3 convolutions on 8 x 8, two rows of tiles: each computes 5 of the first map's rows, 4 of
/// the second's, and gets 6 rows.
TEST(TileRedundancy, EqualsACountByHand) {
  SpatialGraphBuilder builder({1, 8, 8});
  for (int i = 0; i < 2; ++i) builder.window(LayerKind::convolution, i, window_of(3, 1, 1));
  const TileRedundancy got = tile_redundancy(builder.build(), {2, 1});
  EXPECT_DOUBLE_EQ(got.operations_factor, 18.0 / 16);
  EXPECT_DOUBLE_EQ(got.ideal_speed_up, 16.0 / 9);
  EXPECT_DOUBLE_EQ(got.input_bytes_factor, 12.0 / 8);
  EXPECT_EQ(got.input_bytes, 12 * 8 * 4);
}

}  // namespace
}  // namespace branchline::planner::tiles
