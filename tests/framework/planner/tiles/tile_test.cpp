#include "framework/planner/tiles/tile.h"

#include <gtest/gtest.h>

#include "framework/planner/tiles/tile_grid.h"
#include "framework/planner/tiles/vgg16.h"
#include "tests/support/spatial_graphs.h"
#include "tests/support/tile_layers.h"
#include "tests/support/whole_layers.h"

namespace branchline::planner::tiles {
namespace {

using branchline::testing::IntegerMap;
using branchline::testing::random_map;
using branchline::testing::RandomSpatialGraph;
using branchline::testing::run_tile;
using branchline::testing::run_whole;
using branchline::testing::slice;
using branchline::testing::SpatialGraphBuilder;
using branchline::testing::window_of;

Region whole_map(const MapShape& map) { return {{0, map.rows}, {0, map.columns}}; }

/// Runs every tile by itself and compares it with its part of the whole, to the bit.
void expect_lossless(const SpatialGraph& graph, const IntegerMap& input, const IntegerMap& whole,
                     const std::vector<Region>& tiles) {
  for (const Region& region : tiles) {
    const IntegerMap part = run_tile(graph, tile_layers(graph, region), input);
    ASSERT_EQ(part, slice(whole, whole_map(whole.shape), region))
        << region.rows.begin << ".." << region.rows.end << " x " << region.columns.begin << ".."
        << region.columns.end;
  }
}

void expect_lossless(const SpatialGraph& graph, TileGrid grid) {
  const IntegerMap input = random_map(graph.layers[0].output, 1);
  const IntegerMap whole = run_whole(graph, input).back();
  expect_lossless(graph, input, whole, tile_regions(whole.shape, grid));
}

/// T4.6: any kernel, stride, padding, dilation, ceil mode, pool and branch, in any grid.
TEST(Tile, EqualsTheWholeOnRandomStacks) {
  int empty_tiles = 0, branches = 0, transposed = 0;
  for (std::uint32_t seed = 0; seed < 4000; ++seed) {
    SCOPED_TRACE(seed);
    RandomSpatialGraph random(seed);
    const SpatialGraph graph = random.make();
    const IntegerMap input = random_map(graph.layers[0].output, seed);
    const IntegerMap whole = run_whole(graph, input).back();
    const auto cut = [&random](std::int64_t most) {
      return static_cast<std::int32_t>(random.number(1, most));
    };
    for (const TileGrid grid :
         {TileGrid{cut(4), cut(4)}, TileGrid{1, cut(9)}, TileGrid{cut(9), 1}}) {
      const std::vector<Region> tiles = tile_regions(whole.shape, grid);
      for (const Region& tile : tiles) empty_tiles += tile.empty();
      expect_lossless(graph, input, whole, tiles);
      if (HasFatalFailure()) return;
    }
    for (const SpatialLayer& layer : graph.layers) {
      branches += layer.inputs.size() > 1;
      transposed += layer.kind == LayerKind::transposed_convolution;
    }
  }
  EXPECT_GT(empty_tiles, 1000);
  EXPECT_GT(branches, 1000);
  EXPECT_GT(transposed, 1000);
}

TEST(Tile, EqualsTheWholeForRegionsAnywhere) {
  for (std::uint32_t seed = 0; seed < 2000; ++seed) {
    SCOPED_TRACE(seed);
    RandomSpatialGraph random(seed + 100000);
    const SpatialGraph graph = random.make();
    const IntegerMap input = random_map(graph.layers[0].output, seed);
    const IntegerMap whole = run_whole(graph, input).back();
    const auto any_interval = [&random](std::int64_t size) {
      const std::int64_t begin = random.number(0, size - 1);
      return Interval{begin, random.number(begin, size)};
    };
    const Region region{any_interval(whole.shape.rows), any_interval(whole.shape.columns)};
    expect_lossless(graph, input, whole, {region});
    if (HasFatalFailure()) return;
  }
}

TEST(Tile, WorksWhereTilesAreSmallerThanTheirHalo) {
  SpatialGraphBuilder builder({1, 12, 12});
  for (int i = 0; i < 4; ++i) {
    builder.window(LayerKind::convolution, builder.last(), window_of(5, 1, 2));
  }
  const SpatialGraph graph = builder.build();
  // Halo of 8 on each side, tiles of one position.
  EXPECT_EQ(tile_layers(graph, {{5, 6}, {0, 1}})[0].output, (Region{{0, 12}, {0, 9}}));
  expect_lossless(graph, {12, 12});
}

TEST(Tile, NeedsNothingForAnEmptyRegion) {
  const SpatialGraph graph = vgg16_features();
  for (const Region region : {Region{{3, 3}, {0, 7}}, Region{{0, 7}, {7, 7}}}) {
    for (const LayerTile& tile : tile_layers(graph, region)) EXPECT_EQ(tile, LayerTile{});
  }
}

/// in -+-> 3x3 -> 3x3 -+-> add: the skip connection needs 1 row, the branch 5; their union is 5.
///     +---------------+
TEST(Tile, TakesTheUnionOfWhatBranchesDemand) {
  SpatialGraphBuilder builder({1, 20, 20});
  const std::int32_t one = builder.window(LayerKind::convolution, 0, window_of(3, 1, 1));
  const std::int32_t two = builder.window(LayerKind::convolution, one, window_of(3, 1, 1));
  builder.join(LayerKind::add, {two, 0});
  const SpatialGraph graph = builder.build();
  const std::vector<LayerTile> tiles = tile_layers(graph, {{10, 11}, {0, 20}});
  EXPECT_EQ(tiles[0].output.rows, (Interval{8, 13}));
  EXPECT_EQ(tiles[1].output.rows, (Interval{9, 12}));
  EXPECT_EQ(tiles[3].rows.input, (Interval{10, 11}));
  expect_lossless(graph, {5, 3});
}

/// Strides 1 and 2 pick rows that lie apart: the rectangle around both is delivered.
TEST(Tile, JoinsDemandsThatLieApart) {
  SpatialGraphBuilder builder({1, 16, 16});
  const std::int32_t even = builder.window(LayerKind::max_pool, 0, window_of(1, 2));
  const std::int32_t half = builder.window(LayerKind::convolution, 0, window_of(9));
  builder.join(LayerKind::concat, {even, half});
  const SpatialGraph graph = builder.build();
  EXPECT_EQ(tile_layers(graph, {{0, 1}, {7, 8}})[0].output, (Region{{0, 9}, {7, 16}}));
  expect_lossless(graph, {8, 8});
}

/// T4.7: a chain looks at R = 1 + sum of reach(l) * product of the strides before l positions per
/// output and moves by S = product of all strides; what two inner tiles share is R - S.
TEST(Tile, HasTheHaloOfTheClosedFormula) {
  for (std::uint32_t seed = 0; seed < 2000; ++seed) {
    SCOPED_TRACE(seed);
    RandomSpatialGraph random(seed);
    SpatialGraphBuilder builder({1, 4000, 1});
    std::int64_t receptive_field = 1, stride = 1;
    for (std::int64_t layers = random.number(1, 5); layers > 0; --layers) {
      const Window window =
          window_of(random.number(1, 5), random.number(1, 2), 0, random.number(1, 3));
      builder.window(LayerKind::convolution, builder.last(), window, window_of(1));
      receptive_field += window.dilation * (window.kernel - 1) * stride;
      stride *= window.stride;
    }
    const SpatialGraph graph = builder.build();
    const std::int64_t begin = random.number(0, 40), middle = begin + random.number(1, 20);
    const Interval above = demanded_intervals(graph, Axis::rows, {begin, middle})[0];
    const Interval below = demanded_intervals(graph, Axis::rows, {middle, middle + 3})[0];
    EXPECT_EQ(above.size(), (middle - begin - 1) * stride + receptive_field);
    EXPECT_EQ(above.end - below.begin, receptive_field - stride);
  }
}

TEST(Tile, CountsOperationsAsDefined) {
  SpatialGraphBuilder builder({4, 10, 8});
  const std::int32_t conv =
      builder.window(LayerKind::convolution, 0, window_of(3, 1, 1), window_of(5, 1, 2), 6);
  builder.layer(conv).groups = 2;
  const std::int32_t up =
      builder.window(LayerKind::transposed_convolution, conv, window_of(2, 2), 3);
  const std::int32_t pool = builder.window(LayerKind::max_pool, up, window_of(2, 2));
  const std::int32_t sum = builder.join(LayerKind::add, {pool, pool, pool});
  builder.join(LayerKind::concat, {sum, builder.join(LayerKind::elementwise, {sum})});
  const SpatialGraph graph = builder.build();
  const std::int64_t convolution = 80 * 6 * 2 * 15, transposed = 80 * 6 * 3 * 4;
  EXPECT_EQ(static_cast<std::int64_t>(whole_operations(graph)),
            convolution + transposed + 80 * 3 * 4 + 80 * 3 * 2 + 80 * 3);
}

}  // namespace
}  // namespace branchline::planner::tiles
