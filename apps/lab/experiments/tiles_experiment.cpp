#include "apps/lab/experiments/tiles_experiment.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "apps/branchline/flags.h"
#include "framework/planner/tiles/fusion_groups.h"
#include "framework/planner/tiles/tile_redundancy.h"
#include "framework/planner/tiles/vgg16.h"

namespace branchline::lab {
namespace {

using planner::tiles::FusionGrouping;
using planner::tiles::TileGrid;
using planner::tiles::TilesTableRow;

const std::vector<std::int32_t> kFusedLayers = {3, 6, 10, 14, 18};
const std::vector<TileGrid> kGrids = {{2, 2}, {3, 3}, {4, 4}};
constexpr double kWorkerOperationsPerS = 2e9;

/// The best grouping of VGG-16 for equal workers behind equal links.
struct GroupingRow {
  int workers = 0;
  double link_bytes_per_s = 0;
  FusionGrouping grouping;
};

std::vector<TilesTableRow> redundancy_rows() {
  return tiles_table(planner::tiles::vgg16_features(), kFusedLayers, kGrids);
}

std::vector<GroupingRow> grouping_rows() {
  const auto network = planner::tiles::vgg16_features();
  std::vector<GroupingRow> rows;
  for (const double link : {12.5e6, 125e6}) {
    for (const int workers : {1, 2, 4, 8}) {
      planner::tiles::TileCluster cluster;
      cluster.workers.assign(static_cast<std::size_t>(workers),
                             {kWorkerOperationsPerS, link, graph::Nanoseconds(1000000)});
      rows.push_back({workers, link, best_fusion_grouping(network, cluster)});
    }
  }
  return rows;
}

std::string group_ends(const FusionGrouping& grouping) {
  std::string ends;
  for (const auto& group : grouping.groups) {
    ends += (ends.empty() ? "" : ",") + fmt::format("{}-{}", group.source + 1, group.sink);
  }
  return ends;
}

}  // namespace

std::string tiles_report() {
  std::string text =
      "VGG-16 at 224x224, first layers fused into M x M tiles: operations x / ideal speed-up / "
      "input "
      "bytes x\n" +
      apps::padded("layers", 9);
  for (const TileGrid& grid : kGrids) {
    text += apps::padded(fmt::format("{}x{}", grid.rows, grid.columns), 20);
  }
  std::int32_t layers = 0;
  for (const TilesTableRow& row : redundancy_rows()) {
    if (row.fused_layers != layers) {
      layers = row.fused_layers;
      text += '\n' + apps::padded(std::to_string(layers), 9);
    }
    text +=
        apps::padded(fmt::format("{:.2f} / {:.1f} / {:.2f}", row.redundancy.operations_factor,
                                 row.redundancy.ideal_speed_up, row.redundancy.input_bytes_factor),
                     20);
  }
  text +=
      "\n\nFastest groups of layers, rows shared out to equal workers of 2 G operations/s, 1 ms "
      "round trip\n" +
      apps::padded("link", 12) + apps::padded("workers", 9) + apps::padded("time", 10) +
      "groups of layers\n";
  for (const GroupingRow& row : grouping_rows()) {
    text += apps::padded(apps::show_rate(row.link_bytes_per_s), 12) +
            apps::padded(std::to_string(row.workers), 9) +
            apps::padded(apps::show_duration(row.grouping.total), 10) + group_ends(row.grouping) +
            '\n';
  }
  return text;
}

std::string tiles_json() {
  nlohmann::ordered_json json = {{"schema", "branchline.tiles_experiment/1"},
                                 {"redundancy", nlohmann::ordered_json::array()},
                                 {"groupings", nlohmann::ordered_json::array()}};
  for (const TilesTableRow& row : redundancy_rows()) {
    json["redundancy"].push_back({{"fused_layers", row.fused_layers},
                                  {"rows", row.grid.rows},
                                  {"columns", row.grid.columns},
                                  {"operations_factor", row.redundancy.operations_factor},
                                  {"ideal_speed_up", row.redundancy.ideal_speed_up},
                                  {"input_bytes_factor", row.redundancy.input_bytes_factor}});
  }
  for (const GroupingRow& row : grouping_rows()) {
    json["groupings"].push_back({{"link_bps", row.link_bytes_per_s * 8},
                                 {"workers", row.workers},
                                 {"total_ns", row.grouping.total.count()},
                                 {"groups", group_ends(row.grouping)}});
  }
  return json.dump(2) + '\n';
}

}  // namespace branchline::lab
