#include "framework/planner/tiles/fusion_groups.h"

#include <algorithm>
#include <cstddef>
#include <tuple>
#include <utility>

#include "framework/base/error.h"
#include "framework/planner/plan_cost.h"
#include "framework/planner/tiles/fused_stack.h"
#include "framework/planner/tiles/row_shares.h"
#include "framework/planner/tiles/tile.h"

namespace branchline::planner::tiles {
namespace {

using graph::Nanoseconds;
using internal::clamped;
using internal::clamped_time;
using internal::WideSum;

void check_cluster(const TileCluster& cluster) {
  BL_EXPECT(!cluster.workers.empty(), "a cluster without workers");
  BL_EXPECT(cluster.leader_bytes_per_s > 0, "the leader's bytes per second are not positive");
  for (const TileWorker& worker : cluster.workers) {
    BL_EXPECT(worker.operations_per_s > 0 && worker.link_bytes_per_s > 0,
              "a worker's operations or bytes per second are not positive");
    BL_EXPECT(worker.round_trip >= Nanoseconds(0), "a worker's round trip is negative");
  }
}

WideSum map_bytes(const SpatialGraph& graph, std::size_t layer, std::int64_t rows,
                  std::int64_t columns) {
  return WideSum{graph.layers[layer].output.channels} * graph.bytes_per_value * rows * columns;
}

WideSum time_at_rate(WideSum amount, double per_s) {
  return transfer_time(clamped(amount), per_s).count();
}

/// Time of one worker for some rows of a stack, full width.
class StackTime {
 public:
  StackTime(const SpatialGraph& stack, const TileCluster& cluster)
      : stack_(stack),
        cluster_(cluster),
        columns_(
            demanded_intervals(stack, Axis::columns, {0, stack.layers.back().output.columns})) {}

  Nanoseconds operator()(std::size_t worker, Interval rows) const {
    const TileWorker& by = cluster_.workers[worker];
    const std::vector<Interval> demanded = demanded_intervals(stack_, Axis::rows, rows);
    const std::size_t last = demanded.size() - 1;
    const WideSum received = map_bytes(stack_, 0, demanded[0].size(), columns_[0].size());
    const WideSum returned = map_bytes(stack_, last, rows.size(), columns_[last].size());
    return clamped_time(
        WideSum{by.round_trip.count()} + time_at_rate(received, by.link_bytes_per_s) +
        time_at_rate(tile_operations(stack_, demanded, columns_), by.operations_per_s) +
        time_at_rate(returned, by.link_bytes_per_s));
  }

 private:
  const SpatialGraph& stack_;
  const TileCluster& cluster_;
  std::vector<Interval> columns_;
};

/// The leader's time for the whole map of a layer.
Nanoseconds leader_time(const SpatialGraph& graph, std::int32_t layer, const TileCluster& cluster) {
  const auto place = static_cast<std::size_t>(layer);
  const MapShape& map = graph.layers[place].output;
  return transfer_time(clamped(map_bytes(graph, place, map.rows, map.columns)),
                       cluster.leader_bytes_per_s);
}

WideSum group_time(const FusedGroup& group) {
  return WideSum{group.scatter.count()} + group.slowest.count() + group.gather.count();
}

/// The best division of everything up to one fusion point.
struct BestPrefix {
  WideSum total = 0;
  std::size_t groups = 0;
  std::size_t previous = 0;  ///< index of the fusion point where the last group begins
  FusedGroup last;
};

}  // namespace

FusedGroup price_fused_group(const SpatialGraph& graph, std::int32_t source, std::int32_t sink,
                             const TileCluster& cluster) {
  check_cluster(cluster);
  const SpatialGraph stack = fused_stack(graph, source, sink);
  RowShares shares = share_rows(stack.layers.back().output.rows, cluster.workers.size(),
                                StackTime(stack, cluster));
  return {source,
          sink,
          std::move(shares.rows),
          leader_time(graph, source, cluster),
          shares.slowest,
          leader_time(graph, sink, cluster)};
}

FusionGrouping best_fusion_grouping(const SpatialGraph& graph, const TileCluster& cluster) {
  const std::vector<std::int32_t> points = fusion_points(graph);
  std::vector<BestPrefix> best(points.size());
  for (std::size_t j = 1; j < points.size(); ++j) {
    for (std::size_t i = 0; i < j; ++i) {
      FusedGroup group = price_fused_group(graph, points[i], points[j], cluster);
      BestPrefix candidate{best[i].total + group_time(group), best[i].groups + 1, i, {}};
      if (i > 0 &&
          std::tie(candidate.total, candidate.groups) >= std::tie(best[j].total, best[j].groups)) {
        continue;
      }
      candidate.last = std::move(group);
      best[j] = std::move(candidate);
    }
  }
  FusionGrouping grouping;
  grouping.total = clamped_time(best.back().total);
  for (std::size_t j = points.size() - 1; j > 0; j = best[j].previous) {
    grouping.groups.push_back(std::move(best[j].last));
  }
  std::reverse(grouping.groups.begin(), grouping.groups.end());
  return grouping;
}

}  // namespace branchline::planner::tiles
