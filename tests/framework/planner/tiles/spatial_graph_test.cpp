#include "framework/planner/tiles/spatial_graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "framework/base/error.h"
#include "framework/planner/tiles/vgg16.h"
#include "tests/support/spatial_graphs.h"

namespace branchline::planner::tiles {
namespace {

using branchline::testing::SpatialGraphBuilder;
using branchline::testing::window_of;

std::vector<std::int64_t> row_counts(const SpatialGraph& graph) {
  std::vector<std::int64_t> rows;
  for (const SpatialLayer& layer : graph.layers) rows.push_back(layer.output.rows);
  return rows;
}

TEST(SpatialGraph, HasVgg16sShapes) {
  const SpatialGraph vgg = vgg16_features();
  EXPECT_EQ(row_counts(vgg), (std::vector<std::int64_t>{224, 224, 224, 112, 112, 112, 56, 56, 56,
                                                        56, 28, 28, 28, 28, 14, 14, 14, 14, 7}));
  EXPECT_EQ(vgg.layers.back().output, (MapShape{512, 7, 7}));
}

TEST(SpatialGraph, HasAlexNetsShapes) {
  SpatialGraphBuilder builder({3, 224, 224});
  builder.window(LayerKind::convolution, 0, window_of(11, 4, 2), 64);
  builder.window(LayerKind::max_pool, 1, window_of(3, 2));
  builder.window(LayerKind::convolution, 2, window_of(5, 1, 2), 192);
  builder.window(LayerKind::max_pool, 3, window_of(3, 2));
  EXPECT_EQ(row_counts(builder.build()), (std::vector<std::int64_t>{224, 55, 27, 27, 13}));
}

/// GoogLeNet: 3x3 pools with stride 2 and ceil_mode, no padding: 112, 56, 28.
TEST(SpatialGraph, RoundsPoolsUpInCeilMode) {
  SpatialGraphBuilder builder({1, 224, 224});
  builder.window(LayerKind::convolution, 0, window_of(7, 2, 3), 1);
  for (int i = 1; i <= 2; ++i) {
    builder.window(LayerKind::max_pool, i, window_of(3, 2));
    builder.layer(i + 1).ceil_mode = true;
  }
  EXPECT_EQ(row_counts(builder.build()), (std::vector<std::int64_t>{224, 112, 56, 28}));
}

/// The last window may not start in the right padding: 4 rows, kernel 2, stride 3, padding 1 would
/// start windows at -1, 2 and 5, the last one beyond the map.
TEST(SpatialGraph, DropsAWindowThatStartsBehindTheMap) {
  for (const std::int64_t rows : {4, 5, 6}) {
    SpatialGraphBuilder builder({1, rows, rows});
    builder.window(LayerKind::max_pool, 0, window_of(2, 3, 1));
    builder.layer(1).ceil_mode = true;
    EXPECT_EQ(builder.build().layers[1].output.rows, rows < 6 ? 2 : 3) << rows;
  }
}

TEST(SpatialGraph, AddsUpTheChannelsOfAConcatAndGrowsTransposedMaps) {
  SpatialGraphBuilder builder({3, 5, 7});
  builder.window(LayerKind::convolution, 0, window_of(3, 1, 1), window_of(5, 1, 2), 8);
  builder.join(LayerKind::concat, {0, 1, 1});
  builder.window(LayerKind::transposed_convolution, 2, window_of(3, 2, 1, 1, 1), window_of(4, 3),
                 6);
  const SpatialGraph graph = builder.build();
  EXPECT_EQ(graph.layers[2].output, (MapShape{19, 5, 7}));
  EXPECT_EQ(graph.layers[3].output, (MapShape{6, 10, 22}));
}

struct Refusal {
  std::function<void(SpatialGraph&)> break_it;
  const char* message;
};

TEST(SpatialGraph, RefusesWhatCannotBeAndSaysWhere) {
  SpatialGraphBuilder builder({4, 9, 9});
  builder.window(LayerKind::convolution, 0, window_of(3, 1, 1), 4);
  builder.window(LayerKind::max_pool, 1, window_of(3, 1, 1));
  builder.join(LayerKind::add, {0, 2});
  const SpatialGraph good = builder.build();
  const Refusal refusals[] = {
      {[](SpatialGraph& g) { g.layers.clear(); }, "no layers"},
      {[](SpatialGraph& g) { g.bytes_per_value = 0; }, "0 bytes per value"},
      {[](SpatialGraph& g) { g.layers[0].kind = LayerKind::elementwise; }, "layer 0 is the wrong"},
      {[](SpatialGraph& g) { g.layers[2].kind = LayerKind::input; },
       "layer 2 'layer2' is the wrong"},
      {[](SpatialGraph& g) { g.layers[0].output.rows = 0; }, "layer 0 has rows 0"},
      {[](SpatialGraph& g) { g.layers[0].output.columns = 1 << 21; }, "columns 2097152"},
      {[](SpatialGraph& g) { g.layers[0].output.channels = -1; }, "channels -1"},
      {[](SpatialGraph& g) { g.layers[1].inputs = {1}; }, "layer 1 'layer1' reads layer 1"},
      {[](SpatialGraph& g) { g.layers[1].inputs = {-1}; }, "reads layer -1"},
      {[](SpatialGraph& g) {
         g.layers[1].inputs = {0, 0};
       },
       "has 2 inputs"},
      {[](SpatialGraph& g) { g.layers[3].inputs = {2}; }, "has 1 inputs"},
      {[](SpatialGraph& g) {
         g.layers[3].inputs = {0, 0};
       },
       "layer 2 'layer2' is read by no"},
      {[](SpatialGraph& g) { g.layers[3].rows.kernel = 3; }, "layer 3 'layer3' has a window"},
      {[](SpatialGraph& g) { g.layers[1].columns.kernel = 0; }, "kernel 0"},
      {[](SpatialGraph& g) { g.layers[1].rows.stride = 0; }, "stride 0"},
      {[](SpatialGraph& g) { g.layers[1].rows.dilation = -2; }, "dilation -2"},
      {[](SpatialGraph& g) { g.layers[1].rows.padding = -1; }, "padding -1"},
      {[](SpatialGraph& g) { g.layers[1].rows.padding = INT64_MAX; }, "padding 922"},
      {[](SpatialGraph& g) { g.layers[1].rows.output_padding = 1; }, "output padding 1"},
      {[](SpatialGraph& g) { g.layers[1].groups = 3; }, "3 groups"},
      {[](SpatialGraph& g) { g.layers[2].groups = 2; }, "groups 2"},
      {[](SpatialGraph& g) { g.layers[2].rows.padding = 2; }, "layer 2 'layer2' has padding 2"},
      {[](SpatialGraph& g) { g.layers[2].rows.stride = 2; }, "joins maps of different shapes"},
      {[](SpatialGraph& g) { g.layers[1].output.channels = 8; }, "joins maps of different shapes"},
      {[](SpatialGraph& g) { g.layers[1].rows.kernel = 12; }, "layer 1 'layer1' has rows 0"},
      {[](SpatialGraph& g) {
         g.layers[2].kind = LayerKind::average_pool;
         g.layers[2].rows.dilation = 2;
       },
       "dilation 2"},
  };
  for (const Refusal& refusal : refusals) {
    SpatialGraph graph = good;
    refusal.break_it(graph);
    const SpatialGraph broken = graph;
    try {
      infer_shapes(graph, "net.json");
      ADD_FAILURE() << "accepted: " << refusal.message;
    } catch (const InputError& error) {
      EXPECT_THAT(error.what(), ::testing::HasSubstr(refusal.message));
      EXPECT_THAT(error.what(), ::testing::StartsWith("net.json: "));
    }
    EXPECT_EQ(graph, broken);
  }
}

}  // namespace
}  // namespace branchline::planner::tiles
