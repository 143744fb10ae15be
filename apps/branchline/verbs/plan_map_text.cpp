#include "apps/branchline/verbs/plan_map_text.h"

#include <algorithm>
#include <sstream>

#include "apps/branchline/flags.h"

namespace branchline::apps {
namespace {

using planner::EnvelopePlan;
using planner::ExitMaps;
using planner::MapPlan;
using Placement = std::vector<std::optional<Tier>>;

std::string edge_units(const Placement& tier) {
  std::vector<std::int32_t> units;
  for (std::size_t id = 0; id < tier.size(); ++id) {
    if (tier[id] == Tier::edge) units.push_back(static_cast<std::int32_t>(id));
  }
  return to_string(to_ranges(std::move(units)));
}

/// "-" for a plan that only other tier speeds make the fastest.
std::string goodput_of(const ExitMaps& maps, const MapPlan& plan) {
  for (const EnvelopePlan& fastest : maps.envelope.plans) {
    if (fastest.tier != plan.tier || fastest.codecs != plan.codecs) continue;
    return fastest.from_bytes_per_s > 0 ? show_rate(fastest.from_bytes_per_s) : "any";
  }
  return "-";
}

void add_exit(std::ostringstream& text, const graph::LayerGraph& graph, const ExitMaps& maps) {
  text << "exit " << maps.map.exit + 1 << " of " << graph.exit_count() << ": "
       << maps.map.plans.size() << " plans can be the fastest\n  " << padded("uplink from", 14)
       << padded("device", 11) << padded("edge", 11) << padded("bytes up", 11)
       << "units on the edge\n";
  for (const MapPlan& plan : maps.map.plans) {
    text << "  " << padded(goodput_of(maps, plan), 14)
         << padded(show_duration(plan.device_time), 11) << padded(show_duration(plan.edge_time), 11)
         << padded(show_bytes(plan.uplink_bytes), 11) << edge_units(plan.tier);
    for (const planner::CrossingCodec& crossing : plan.codecs) {
      text << ", unit " << crossing.unit << " as " << crossing.codec;
    }
    text << '\n';
  }
}

}  // namespace

std::string plan_map_text(const graph::LayerGraph& graph, const std::vector<ExitMaps>& exits,
                          planner::Nanoseconds solver_time) {
  std::ostringstream text;
  int min_cuts = 0;
  for (const ExitMaps& maps : exits) {
    add_exit(text, graph, maps);
    min_cuts += maps.map.min_cuts + maps.envelope.min_cuts;
  }
  text << "- : only with other speeds of device and edge\nsolved by " << min_cuts << " min-cuts in "
       << show_duration(solver_time) << '\n';
  return text.str();
}

}  // namespace branchline::apps
