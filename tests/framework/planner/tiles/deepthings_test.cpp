#include "framework/planner/tiles/deepthings.h"

#include <gtest/gtest.h>

#include "framework/planner/tiles/input_window.h"
#include "framework/planner/tiles/tile_grid.h"
#include "tests/support/integer_map.h"
#include "tests/support/spatial_graphs.h"
#include "tests/support/whole_layers.h"

namespace branchline::planner::tiles {
namespace {

using branchline::testing::IntegerMap;
using branchline::testing::random_map;
using branchline::testing::RandomSpatialGraph;
using branchline::testing::SpatialGraphBuilder;
using branchline::testing::WholeLayer;
using branchline::testing::window_of;

/// A chain of tiles as DeepThings cuts them: what lies outside of a tile's region is missing, and a
/// layer that looks there finds nothing (zeros, or minus infinity in a max pool).
class DeepThingsTile {
 public:
  DeepThingsTile(const SpatialGraph& graph, const IntegerMap& input, Region output)
      : graph_(graph), regions_(graph.layers.size()) {
    regions_.back() = output;
    for (std::size_t place = graph.layers.size() - 1; place > 0; --place) {
      const MapShape& shape = graph.layers[place - 1].output;
      const auto demanded = [&](Axis axis, Interval interval) {
        return deepthings_input(graph.layers[place], axis, shape.size(axis), interval);
      };
      regions_[place - 1] = {demanded(Axis::rows, regions_[place].rows),
                             demanded(Axis::columns, regions_[place].columns)};
    }
    map_ = kept(input, 0);
  }

  /// The last layer's map, right in `output` if the regions were.
  IntegerMap run() {
    for (std::size_t place = 1; place < graph_.layers.size(); ++place) {
      map_ = kept(WholeLayer(graph_, place, {&map_}).run(), place);
    }
    return map_;
  }

 private:
  IntegerMap kept(const IntegerMap& map, std::size_t place) const {
    const bool pooled =
        place + 1 < graph_.layers.size() && graph_.layers[place + 1].kind == LayerKind::max_pool;
    IntegerMap result(map.shape, pooled ? branchline::testing::kMinusInfinity : 0);
    const Region& region = regions_[place];
    branchline::testing::for_each_position(
        map.shape, [&](std::int64_t c, std::int64_t y, std::int64_t x) {
          const bool inside = y >= region.rows.begin && y < region.rows.end &&
                              x >= region.columns.begin && x < region.columns.end;
          if (inside) result.at(c, y, x) = map.at(c, y, x);
        });
    return result;
  }

  const SpatialGraph& graph_;
  std::vector<Region> regions_;
  IntegerMap map_;
};

bool is_right(const SpatialGraph& graph, TileGrid grid) {
  const IntegerMap input = random_map(graph.layers[0].output, 3);
  const IntegerMap whole = branchline::testing::run_whole(graph, input).back();
  const Region all{{0, whole.shape.rows}, {0, whole.shape.columns}};
  for (const Region& region : tile_regions(whole.shape, grid)) {
    if (region.empty()) continue;
    const IntegerMap tile = DeepThingsTile(graph, input, region).run();
    if (branchline::testing::slice(tile, all, region) !=
        branchline::testing::slice(whole, all, region)) {
      return false;
    }
  }
  return true;
}

TEST(DeepThings, IsRightForOddKernelsHalfPaddingAndPoolsThatDoNotOverlap) {
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    RandomSpatialGraph random(seed);
    SpatialGraphBuilder builder({1, 24, 36});
    for (std::int64_t layers = random.number(1, 5); layers > 0; --layers) {
      const bool pool = builder.last() < 3 && random.number(0, 1) == 1;
      const std::int64_t kernel = pool ? 2 : 2 * random.number(0, 2) + 1;
      builder.window(pool ? LayerKind::max_pool : LayerKind::convolution, builder.last(),
                     pool ? window_of(2, 2) : window_of(kernel, 1, kernel / 2));
    }
    const SpatialGraph graph = builder.build();
    for (std::size_t place = 1; place < graph.layers.size(); ++place) {
      const MapShape& input = graph.layers[place - 1].output;
      for (const Interval rows : even_intervals(graph.layers[place].output.rows, 3)) {
        EXPECT_EQ(deepthings_input(graph.layers[place], Axis::rows, input.rows, rows),
                  input_window(graph.layers[place], Axis::rows, input.rows, rows).input);
      }
    }
    EXPECT_TRUE(is_right(graph, {2, 3}));
  }
}

/// The poolings of AlexNet and ResNet: the last row of each window is missing.
TEST(DeepThings, LacksARowOfOverlappingPools) {
  SpatialGraphBuilder builder({1, 27, 27});
  builder.window(LayerKind::max_pool, 0, window_of(3, 2));
  const SpatialGraph graph = builder.build();
  EXPECT_EQ(deepthings_input(graph.layers[1], Axis::rows, 27, {0, 6}), (Interval{0, 12}));
  EXPECT_EQ(input_window(graph.layers[1], Axis::rows, 27, {0, 6}).input, (Interval{0, 13}));
  EXPECT_FALSE(is_right(graph, {2, 2}));
}

TEST(DeepThings, IsWrongOnMostRandomStacks) {
  const int stacks = 1000;
  int wrong = 0;
  for (std::uint32_t seed = 0; seed < stacks; ++seed) {
    const SpatialGraph graph = RandomSpatialGraph(seed).make(true);
    wrong += !is_right(graph, {2, 2});
  }
  std::printf("DeepThings' formula is wrong on %d of %d random stacks\n", wrong, stacks);
  EXPECT_GT(wrong, stacks / 2);
}

TEST(DeepThings, HasNoFormulaForOtherLayers) {
  SpatialGraphBuilder builder({1, 9, 9});
  builder.join(LayerKind::elementwise, {0});
  const SpatialGraph graph = builder.build();
  EXPECT_THROW(deepthings_input(graph.layers[1], Axis::rows, 9, {0, 3}), std::logic_error);
}

}  // namespace
}  // namespace branchline::planner::tiles
