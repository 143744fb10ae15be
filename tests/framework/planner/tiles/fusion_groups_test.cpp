#include "framework/planner/tiles/fusion_groups.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <random>

#include "framework/planner/tiles/fused_stack.h"
#include "framework/planner/tiles/tile.h"
#include "framework/planner/tiles/vgg16.h"
#include "tests/support/spatial_graphs.h"

namespace branchline::planner::tiles {
namespace {

using branchline::testing::RandomSpatialGraph;
using graph::Nanoseconds;

TileCluster random_cluster(std::uint32_t seed) {
  std::mt19937 random(seed);
  const auto real = [&random](double least, double most) {
    return std::exp(
        std::uniform_real_distribution<double>(std::log(least), std::log(most))(random));
  };
  TileCluster cluster;
  cluster.leader_bytes_per_s = real(1e7, 1e12);
  for (std::uint32_t worker = 0; worker < 1 + seed % 3; ++worker) {
    cluster.workers.push_back({real(1e5, 1e8), real(1e6, 1e12),
                               Nanoseconds(std::uniform_int_distribution<int>(0, 1000)(random))});
  }
  return cluster;
}

std::int64_t nanoseconds(std::int64_t amount, double per_s) {
  return static_cast<std::int64_t>(
      std::floor(static_cast<long double>(amount) * 1e9L / static_cast<long double>(per_s) + 0.5L));
}

std::int64_t bytes(const MapShape& map) { return map.channels * map.rows * map.columns * 4; }

/// What one worker needs for its rows, from the regions of tile_layers().
std::int64_t worker_time(const SpatialGraph& stack, const TileWorker& worker, Interval rows) {
  if (rows.empty()) return 0;
  const MapShape& output = stack.layers.back().output;
  std::vector<Interval> demanded_rows, demanded_columns;
  for (const LayerTile& tile : tile_layers(stack, {rows, {0, output.columns}})) {
    demanded_rows.push_back(tile.output.rows);
    demanded_columns.push_back(tile.output.columns);
  }
  const MapShape input{stack.layers[0].output.channels, demanded_rows[0].size(),
                       demanded_columns[0].size()};
  const MapShape returned{output.channels, rows.size(), output.columns};
  const auto operations =
      static_cast<std::int64_t>(tile_operations(stack, demanded_rows, demanded_columns));
  return worker.round_trip.count() + nanoseconds(bytes(input), worker.link_bytes_per_s) +
         nanoseconds(operations, worker.operations_per_s) +
         nanoseconds(bytes(returned), worker.link_bytes_per_s);
}

/// The least max over all ways to divide the rows among the workers.
std::int64_t slowest_worker(const SpatialGraph& stack, const TileCluster& cluster,
                            std::size_t worker = 0, std::int64_t begin = 0) {
  const std::int64_t rows = stack.layers.back().output.rows;
  if (worker + 1 == cluster.workers.size()) {
    return worker_time(stack, cluster.workers[worker], {begin, rows});
  }
  std::int64_t best = INT64_MAX;
  for (std::int64_t end = begin; end <= rows; ++end) {
    best = std::min(best, std::max(worker_time(stack, cluster.workers[worker], {begin, end}),
                                   slowest_worker(stack, cluster, worker + 1, end)));
  }
  return best;
}

std::int64_t group_price(const SpatialGraph& graph, std::int32_t source, std::int32_t sink,
                         const TileCluster& cluster) {
  const auto leader = [&](std::int32_t layer) {
    return nanoseconds(bytes(graph.layers[static_cast<std::size_t>(layer)].output),
                       cluster.leader_bytes_per_s);
  };
  return leader(source) + slowest_worker(fused_stack(graph, source, sink), cluster) + leader(sink);
}

/// The best of all 2^(points - 2) groupings.
std::int64_t enumerate_groupings(const SpatialGraph& graph, const TileCluster& cluster) {
  const std::vector<std::int32_t> points = fusion_points(graph);
  std::int64_t best = INT64_MAX;
  for (std::uint32_t chosen = 0; chosen < 1u << (points.size() - 2); ++chosen) {
    std::int64_t total = 0;
    std::int32_t source = 0;
    for (std::size_t i = 1; i < points.size(); ++i) {
      const bool ends = i + 1 == points.size() || (chosen >> (i - 1) & 1u) != 0;
      if (!ends) continue;
      total += group_price(graph, source, points[i], cluster);
      source = points[i];
    }
    best = std::min(best, total);
  }
  return best;
}

TEST(FusionGroups, EqualTheBestOfAllGroupings) {
  int several = 0, one = 0;
  for (std::uint32_t seed = 0; seed < 400; ++seed) {
    SCOPED_TRACE(seed);
    const SpatialGraph graph = RandomSpatialGraph(seed).make();
    if (graph.layers.back().output.rows > 14 || fusion_points(graph).size() > 7) continue;
    const TileCluster cluster = random_cluster(seed);
    const FusionGrouping got = best_fusion_grouping(graph, cluster);
    EXPECT_EQ(got.total.count(), enumerate_groupings(graph, cluster));
    (got.groups.size() > 1 ? several : one) += fusion_points(graph).size() > 2;
  }
  EXPECT_GT(several, 30);
  EXPECT_GT(one, 30);
}

TEST(FusionGroups, AddUpToTheirTotalAndCoverTheNetwork) {
  const SpatialGraph vgg = vgg16_features(64);
  for (std::uint32_t seed = 0; seed < 20; ++seed) {
    SCOPED_TRACE(seed);
    const TileCluster cluster = random_cluster(seed);
    const FusionGrouping got = best_fusion_grouping(vgg, cluster);
    std::int32_t source = 0;
    Nanoseconds total{0};
    for (const FusedGroup& group : got.groups) {
      EXPECT_EQ(group.source, source);
      EXPECT_EQ(group, price_fused_group(vgg, group.source, group.sink, cluster));
      EXPECT_EQ(group.rows.back().end,
                vgg.layers[static_cast<std::size_t>(group.sink)].output.rows);
      source = group.sink;
      total += group.scatter + group.slowest + group.gather;
    }
    EXPECT_EQ(source, 18);
    EXPECT_EQ(total, got.total);
  }
}

/// Slow links make one large group worth its halos; free links make every convolution start its
/// own.
TEST(FusionGroups, FollowTheLink) {
  const SpatialGraph vgg = vgg16_features(112);
  const auto groups_at = [&vgg](double bytes_per_s) {
    const TileWorker worker{1e10, bytes_per_s, Nanoseconds(0)};
    return best_fusion_grouping(vgg, {{worker, worker, worker, worker}}).groups.size();
  };
  // A convolution and the pool behind it have no halo between them: 13 groups cost as much as 18.
  EXPECT_GE(groups_at(std::numeric_limits<double>::infinity()), 13u);
  EXPECT_LT(groups_at(1e8), 9u);
  EXPECT_EQ(groups_at(1e5), 1u);
}

/// All layers of one position: any grouping costs nothing but is longer.
TEST(FusionGroups, AreFewWhenAllGroupingsTakeAsLong) {
  branchline::testing::SpatialGraphBuilder builder({1, 4, 4});
  for (int i = 0; i < 4; ++i) builder.join(LayerKind::elementwise, {i});
  const double endless = std::numeric_limits<double>::infinity();
  const FusionGrouping got =
      best_fusion_grouping(builder.build(), {{{endless, endless, Nanoseconds(0)}}});
  EXPECT_EQ(got.groups.size(), 1u);
  EXPECT_EQ(got.total, Nanoseconds(0));
}

TEST(FusionGroups, NeedWorkersThatWork) {
  const SpatialGraph vgg = vgg16_features(64);
  for (const TileCluster& cluster :
       {TileCluster{}, TileCluster{{{0, 1, Nanoseconds(0)}}}, TileCluster{{{1, 0, Nanoseconds(0)}}},
        TileCluster{{{1, std::nan(""), Nanoseconds(0)}}}, TileCluster{{{1, 1, Nanoseconds(-1)}}},
        TileCluster{{{1, 1, Nanoseconds(0)}}, 0}}) {
    EXPECT_THROW(price_fused_group(vgg, 0, 3, cluster), std::logic_error);
  }
}

}  // namespace
}  // namespace branchline::planner::tiles
