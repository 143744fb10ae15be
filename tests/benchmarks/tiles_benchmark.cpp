/// Tile arithmetic on VGG-16: regions of one tile, a line of the tiles table, and the grouping of
/// all 18 layers for the argument's number of unequal workers.
#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdint>
#include <limits>
#include <vector>

#include "framework/planner/tiles/fusion_groups.h"
#include "framework/planner/tiles/tile.h"
#include "framework/planner/tiles/tile_redundancy.h"
#include "framework/planner/tiles/vgg16.h"

namespace {

using branchline::planner::tiles::best_fusion_grouping;
using branchline::planner::tiles::FusionGrouping;
using branchline::planner::tiles::LayerTile;
using branchline::planner::tiles::price_fused_group;
using branchline::planner::tiles::SpatialGraph;
using branchline::planner::tiles::tile_layers;
using branchline::planner::tiles::tile_redundancy;
using branchline::planner::tiles::TileCluster;
using branchline::planner::tiles::TileRedundancy;
using branchline::planner::tiles::vgg16_features;

void regions_of_a_tile(benchmark::State& state) {
  const SpatialGraph vgg = vgg16_features();
  for (auto _ : state) {
    const std::vector<LayerTile> tiles = tile_layers(vgg, {{2, 4}, {2, 4}});
    if (tiles[0].output.empty()) state.SkipWithError("a tile without input");
    benchmark::DoNotOptimize(tiles.data());
  }
}
BENCHMARK(regions_of_a_tile);

void redundancy_of_a_grid(benchmark::State& state) {
  const SpatialGraph vgg = vgg16_features();
  const auto side = static_cast<std::int32_t>(state.range(0));
  for (auto _ : state) {
    const TileRedundancy redundancy = tile_redundancy(vgg, {side, side});
    if (redundancy.operations_factor < 1) state.SkipWithError("less than the whole");
    benchmark::DoNotOptimize(redundancy);
  }
}
BENCHMARK(redundancy_of_a_grid)->Arg(2)->Arg(4);

void grouping(benchmark::State& state) {
  const SpatialGraph vgg = vgg16_features();
  TileCluster cluster;
  for (std::int64_t worker = 0; worker < state.range(0); ++worker) {
    const double link = worker == 0 ? std::numeric_limits<double>::infinity() : 12.5e6;
    cluster.workers.push_back(
        {1e10 / static_cast<double>(1 + worker % 3), link, std::chrono::milliseconds(1)});
  }
  const auto whole = price_fused_group(vgg, 0, 18, cluster);
  for (auto _ : state) {
    const FusionGrouping best = best_fusion_grouping(vgg, cluster);
    if (best.total > whole.scatter + whole.slowest + whole.gather) {
      state.SkipWithError("worse than one group");
    }
    state.counters["groups"] = static_cast<double>(best.groups.size());
  }
}
BENCHMARK(grouping)->Arg(2)->Arg(4)->Arg(8)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
