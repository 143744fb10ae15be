#include "framework/runtime/plan_maps.h"

#include <algorithm>
#include <utility>

namespace branchline::runtime {
namespace {

using planner::MapConditions;
using planner::MapPlan;
using planner::PlanMap;

/// Placements in the order they are asked for, each once.
class Placements {
 public:
  explicit Placements(std::size_t most) : most_(most) {}

  void add(int exit, const MapPlan& plan) {
    const bool known = std::any_of(plans_.begin(), plans_.end(), [&](const auto& other) {
      return other.exit == exit && other.tier == plan.tier;
    });
    if (known || !plan.remote || plans_.size() == most_) return;
    planner::Plan placed;
    placed.exit = exit;
    placed.tier = plan.tier;
    plans_.push_back(std::move(placed));
  }

  std::vector<planner::Plan> take() { return std::move(plans_); }

 private:
  std::size_t most_;
  std::vector<planner::Plan> plans_;
};

struct Latecomer {
  int exit = 0;
  const MapPlan* plan = nullptr;
  double times_slower = 0;  ///< than the fastest of its map
};

std::vector<Latecomer> by_slowness(const std::vector<PlanMap>& maps, const MapConditions& now) {
  std::vector<Latecomer> all;
  for (const PlanMap& map : maps) {
    const auto fastest = map.look_up(now);
    for (const MapPlan& plan : map.plans) {
      const auto time = static_cast<double>(map.latency(plan, now).count());
      all.push_back({map.exit, &plan, time / static_cast<double>(fastest->predicted.count() + 1)});
    }
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.times_slower < b.times_slower; });
  return all;
}

}  // namespace

std::vector<planner::Plan> PlanMaps::likely_first(const MapConditions& now,
                                                  std::size_t most) const {
  Placements placements(most);
  for (const double factor : {1.0, 1.0 / 4, 4.0, 1.0 / 16, 16.0}) {
    MapConditions then = now;
    then.link.uplink_bytes_per_s *= factor;
    then.link.downlink_bytes_per_s *= factor;
    for (const PlanMap& map : maps) {
      if (const auto fastest = map.look_up(then))
        placements.add(map.exit, map.plans[fastest->plan]);
    }
  }
  for (const Latecomer& late : by_slowness(maps, now)) placements.add(late.exit, *late.plan);
  return placements.take();
}

PlanMaps plan_maps(const graph::LayerGraph& graph, const WireCosts& wire, bool packed) {
  PlanMaps all;
  std::vector<graph::LayerGraph> by_level;
  for (std::size_t level = 1; level < wire.levels(); ++level) {
    by_level.push_back(wire.with_codecs(graph, level, packed));
  }
  for (int exit = graph.exit_count() - 1; exit >= 0; --exit) {
    for (const graph::LayerGraph& coded : by_level) {
      const planner::PlanRequest request{coded, {1, 1, {}}, {}, exit, {}, {}, Duration{0}};
      all.maps.push_back(planner::plan_map(request, exit));
    }
  }
  return all;
}

}  // namespace branchline::runtime
