#include "framework/planner/tiles/input_window.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/support/spatial_graphs.h"

namespace branchline::planner::tiles {
namespace {

using branchline::testing::RandomSpatialGraph;
using branchline::testing::SpatialGraphBuilder;
using branchline::testing::window_of;

/// One window layer over `size` positions.
SpatialGraph single_layer(LayerKind kind, Window window, std::int64_t size, bool ceil_mode = false,
                          bool count_include_pad = true) {
  SpatialGraphBuilder builder({1, size, 1});
  builder.window(kind, 0, window, window_of(1));
  builder.layer(1).ceil_mode = ceil_mode;
  builder.layer(1).count_include_pad = count_include_pad;
  return builder.build();
}

InputWindow rows_for(const SpatialGraph& graph, Interval output) {
  return input_window(graph.layers[1], Axis::rows, graph.layers[0].output.rows, output);
}

/// All positions, in the map and in its padding, that the outputs look at, one by one.
std::set<std::int64_t> looked_at(const Window& window, Interval output) {
  std::set<std::int64_t> positions;
  for (std::int64_t o = output.begin; o < output.end; ++o) {
    for (std::int64_t j = 0; j < window.kernel; ++j) {
      positions.insert(o * window.stride - window.padding + j * window.dilation);
    }
  }
  return positions;
}

TEST(InputWindow, ReachesFromTheFirstPositionLookedAtToTheLast) {
  for (std::uint32_t seed = 0; seed < 5000; ++seed) {
    SCOPED_TRACE(seed);
    RandomSpatialGraph random(seed);
    const bool pool = seed % 2 == 0;
    Window window = window_of(random.number(1, 6), random.number(1, 4));
    window.padding = random.number(0, pool ? window.kernel / 2 : 9);
    window.dilation = random.number(1, 3);
    const std::int64_t size = window.dilation * (window.kernel - 1) + random.number(1, 20);
    const SpatialGraph graph = single_layer(pool ? LayerKind::max_pool : LayerKind::convolution,
                                            window, size, random.number(0, 1) == 1);
    const std::int64_t begin = random.number(0, graph.layers[1].output.rows - 1);
    const Interval output{begin, random.number(begin + 1, graph.layers[1].output.rows)};
    const std::set<std::int64_t> read = looked_at(window, output);
    const Interval span{*read.begin(), *read.rbegin() + 1};
    const auto in_span = [span](std::int64_t from, std::int64_t to) {
      return std::max<std::int64_t>(0, std::min(span.end, to) - std::max(span.begin, from));
    };

    const InputWindow got = rows_for(graph, output);
    EXPECT_EQ(got.pad_before, in_span(INT64_MIN / 2, 0));
    EXPECT_EQ(got.pad_after, in_span(size, INT64_MAX / 2));
    EXPECT_EQ(got.input.size(), in_span(0, size));
    EXPECT_EQ(got.crop_before, 0);
    EXPECT_EQ(got.crop_after, 0);
    if (got.input.empty()) continue;
    EXPECT_EQ(got.input.begin, std::max<std::int64_t>(span.begin, 0));
  }
}

TEST(InputWindow, PadsAtTheMapsBordersOnly) {
  const SpatialGraph graph = single_layer(LayerKind::convolution, window_of(3, 1, 1), 10);
  EXPECT_EQ(rows_for(graph, {0, 5}), (InputWindow{{0, 6}, 1, 0}));
  EXPECT_EQ(rows_for(graph, {5, 10}), (InputWindow{{4, 10}, 0, 1}));
  EXPECT_EQ(rows_for(graph, {3, 7}), (InputWindow{{2, 8}, 0, 0}));
  EXPECT_EQ(rows_for(graph, {4, 4}), InputWindow{});
}

/// 6 rows, kernel 3, stride 2, ceil_mode: the third window covers rows 4, 5 and one that is not.
TEST(InputWindow, AddsThePaddingThatCeilModeImplies) {
  const SpatialGraph graph = single_layer(LayerKind::max_pool, window_of(3, 2), 6, true);
  ASSERT_EQ(graph.layers[1].output.rows, 3);
  EXPECT_EQ(rows_for(graph, {2, 3}), (InputWindow{{4, 6}, 0, 1}));
  EXPECT_EQ(rows_for(graph, {1, 2}), (InputWindow{{2, 5}, 0, 0}));
}

TEST(InputWindow, MayLieWhollyInThePadding) {
  const SpatialGraph graph = single_layer(LayerKind::convolution, window_of(2, 1, 5), 4);
  EXPECT_EQ(rows_for(graph, {0, 2}), (InputWindow{{0, 0}, 3, 0}));
  EXPECT_EQ(rows_for(graph, {11, 12}), (InputWindow{{4, 4}, 0, 2}));
}

TEST(InputWindow, IsTheSamePlaceForLayersWithoutWindow) {
  SpatialGraphBuilder builder({1, 9, 9});
  builder.join(LayerKind::elementwise, {0});
  const SpatialGraph graph = builder.build();
  EXPECT_EQ(rows_for(graph, {2, 5}), (InputWindow{{2, 5}}));
}

TEST(InputWindow, HoldsEveryInputThatATransposedConvolutionReachesFrom) {
  int only_bias = 0, negative = 0;
  for (std::uint32_t seed = 0; seed < 5000; ++seed) {
    SCOPED_TRACE(seed);
    RandomSpatialGraph random(seed);
    Window window = window_of(random.number(1, 5), random.number(1, 5), 0, random.number(1, 3));
    window.padding = random.number(0, window.kernel / 2);
    window.output_padding = random.number(0, std::max(window.stride, window.dilation) - 1);
    const std::int64_t size = random.number(4, 12);
    const SpatialGraph graph = single_layer(LayerKind::transposed_convolution, window, size);
    const std::int64_t begin = random.number(0, graph.layers[1].output.rows - 1);
    const Interval output{begin, random.number(begin + 1, graph.layers[1].output.rows)};
    const InputWindow got = rows_for(graph, output);

    for (std::int64_t i = 0; i < size; ++i) {
      for (std::int64_t j = 0; j < window.kernel; ++j) {
        const std::int64_t o = i * window.stride - window.padding + j * window.dilation;
        if (o < output.begin || o >= output.end) continue;
        EXPECT_TRUE(got.input.begin <= i && i < got.input.end) << i;
      }
    }
    const std::int64_t made = got.input.empty() ? 0
                                                : (got.input.size() - 1) * window.stride +
                                                      window.dilation * (window.kernel - 1) + 1;
    EXPECT_EQ(made - got.crop_before - got.crop_after, output.size());
    only_bias += got.input.empty();
    negative += !got.input.empty() && (got.crop_before < 0 || got.crop_after < 0);
  }
  EXPECT_GT(only_bias, 50);
  EXPECT_GT(negative, 100);
}

/// Kernel 2, stride 2: each input makes two rows; rows 3..6 come from inputs 1 and 2.
TEST(InputWindow, CropsTheExcessOfATransposedConvolution) {
  const SpatialGraph graph = single_layer(LayerKind::transposed_convolution, window_of(2, 2), 5);
  EXPECT_EQ(rows_for(graph, {3, 6}), (InputWindow{{1, 3}, 0, 0, 1, 0}));
  EXPECT_EQ(rows_for(graph, {2, 3}), (InputWindow{{1, 2}, 0, 0, 0, 1}));
}

TEST(AveragedPositions, CountThePaddingOnlyIfToldTo) {
  const auto counts = [](bool count_include_pad) {
    // Windows -1..1, 1..3, 3..5, 5..7 over rows 0..5: the last one reaches two rows beyond, of
    // which one is padding and one is there for ceil_mode alone.
    const SpatialGraph graph =
        single_layer(LayerKind::average_pool, window_of(3, 2, 1), 6, true, count_include_pad);
    std::vector<std::int64_t> result;
    for (std::int64_t o = 0; o < graph.layers[1].output.rows; ++o) {
      result.push_back(averaged_positions(graph.layers[1], Axis::rows, 6, o));
    }
    return result;
  };
  EXPECT_EQ(counts(true), (std::vector<std::int64_t>{3, 3, 3, 2}));
  EXPECT_EQ(counts(false), (std::vector<std::int64_t>{2, 3, 3, 1}));
}

TEST(AveragedPositions, AreThoseOfAveragePoolsOnly) {
  const SpatialGraph graph = single_layer(LayerKind::max_pool, window_of(3), 6);
  EXPECT_THROW(averaged_positions(graph.layers[1], Axis::rows, 6, 0), std::logic_error);
}

}  // namespace
}  // namespace branchline::planner::tiles
