#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "framework/graph/unit.h"
#include "framework/planner/tiles/interval.h"
#include "framework/planner/tiles/spatial_graph.h"

namespace branchline::planner::tiles {

struct TileWorker {
  double operations_per_s = 0;       ///< > 0; operations as tile_operations() counts them
  double link_bytes_per_s = 0;       ///< > 0, each way; infinity: the worker is the leader itself
  graph::Nanoseconds round_trip{0};  ///< >= 0, once per group in which it has rows

  friend bool operator==(const TileWorker&, const TileWorker&) = default;
};

/// A leader that holds the maps between groups, and its workers, who get rows in this order.
struct TileCluster {
  std::vector<TileWorker> workers;  ///< at least one
  /// > 0; how fast the leader cuts a map into tiles and merges one: its own part of the work.
  double leader_bytes_per_s = std::numeric_limits<double>::infinity();

  friend bool operator==(const TileCluster&, const TileCluster&) = default;
};

/// Layers that each worker runs in one go for its rows: those behind `source` up to `sink`.
struct FusedGroup {
  std::int32_t source = 0;
  std::int32_t sink = 0;
  std::vector<Interval> rows;  ///< of sink's map, by worker
  graph::Nanoseconds scatter{0}, slowest{0}, gather{0};

  friend bool operator==(const FusedGroup&, const FusedGroup&) = default;
};

struct FusionGrouping {
  std::vector<FusedGroup> groups;  ///< from the input to the output
  graph::Nanoseconds total{0};     ///< sum of all scatter, slowest and gather; saturates

  friend bool operator==(const FusionGrouping&, const FusionGrouping&) = default;
};

/// Prices one group: the leader cuts source's map (scatter), every worker gets its rows with their
/// halo, runs the layers and sends its part of sink's map back (slowest, rows shared out by
/// share_rows()), the leader merges (gather).
/// @param source, sink  fusion points, source < sink
FusedGroup price_fused_group(const SpatialGraph& graph, std::int32_t source, std::int32_t sink,
                             const TileCluster& cluster);

/// The fastest way to divide the layers into groups: few large groups compute halos several times,
/// many small ones scatter and gather often.
///
/// @param graph  with inferred shapes; L fusion points
/// @returns the least total; of equal ones the one with fewer groups, then the one whose last
///          groups reach further back.
/// Dynamic programming, best[j] = min over i < j of best[i] + scatter(i) + slowest(i, j) +
/// gather(j): O(L^2) groups are priced. Stateless. AOFL's idea (SEC 2019, read about only); the
/// cost model is ours: halos are exact and workers are unequal.
FusionGrouping best_fusion_grouping(const SpatialGraph& graph, const TileCluster& cluster);

}  // namespace branchline::planner::tiles
