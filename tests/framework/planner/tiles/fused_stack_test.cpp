#include "framework/planner/tiles/fused_stack.h"

#include <gtest/gtest.h>

#include "framework/planner/tiles/vgg16.h"
#include "tests/support/spatial_graphs.h"

namespace branchline::planner::tiles {
namespace {

using branchline::testing::RandomSpatialGraph;
using branchline::testing::SpatialGraphBuilder;
using branchline::testing::window_of;

TEST(FusionPoints, AreAllLayersOfAChain) { EXPECT_EQ(fusion_points(vgg16_features()).size(), 19u); }

/// 0 -> 1 -+-> 2 -> 3 -+-> 4 (add) -> 5
///         +-----------+
TEST(FusionPoints, LieOutsideOfBlocks) {
  SpatialGraphBuilder builder({1, 8, 8});
  for (int i = 0; i < 3; ++i) builder.window(LayerKind::convolution, i, window_of(3, 1, 1));
  builder.join(LayerKind::add, {1, 3});
  builder.join(LayerKind::elementwise, {4});
  EXPECT_EQ(fusion_points(builder.build()), (std::vector<std::int32_t>{0, 1, 4, 5}));
}

/// A layer is one if without it the output cannot be reached from the input.
TEST(FusionPoints, EqualTheDefinitionOnRandomGraphs) {
  for (std::uint32_t seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE(seed);
    const SpatialGraph graph = RandomSpatialGraph(seed).make();
    std::vector<std::int32_t> expected;
    for (std::size_t without = 0; without < graph.layers.size(); ++without) {
      std::vector<bool> reached(graph.layers.size(), false);
      for (std::size_t place = 0; place < graph.layers.size(); ++place) {
        reached[place] = place == 0;
        for (const std::int32_t input : graph.layers[place].inputs) {
          if (reached[static_cast<std::size_t>(input)]) reached[place] = true;
        }
        if (place == without) reached[place] = false;
      }
      if (!reached.back()) expected.push_back(static_cast<std::int32_t>(without));
    }
    EXPECT_EQ(fusion_points(graph), expected);
  }
}

TEST(FusedStack, IsAGraphOfItsOwn) {
  const SpatialGraph vgg = vgg16_features();
  SpatialGraph stack = fused_stack(vgg, 3, 6);
  ASSERT_EQ(stack.layers.size(), 4u);
  EXPECT_EQ(stack.layers[0].kind, LayerKind::input);
  EXPECT_EQ(stack.layers[0].output, vgg.layers[3].output);
  EXPECT_EQ(stack.layers[3].output, vgg.layers[6].output);
  EXPECT_EQ(stack.layers[3].inputs, (std::vector<std::int32_t>{2}));
  const SpatialGraph before = stack;
  infer_shapes(stack, "stack");
  EXPECT_EQ(stack, before);
}

TEST(FusedStack, BeginsAtFusionPointsOnly) {
  SpatialGraphBuilder builder({1, 8, 8});
  builder.window(LayerKind::convolution, 0, window_of(3, 1, 1));
  builder.join(LayerKind::add, {0, 1});
  const SpatialGraph graph = builder.build();
  EXPECT_THROW(fused_stack(graph, 1, 2), std::logic_error);
  EXPECT_THROW(fused_stack(graph, 2, 2), std::logic_error);
  EXPECT_THROW(fused_stack(graph, 0, 3), std::logic_error);
}

}  // namespace
}  // namespace branchline::planner::tiles
