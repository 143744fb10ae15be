#include "framework/runtime/plan_maker.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "framework/planner/plan_cost.h"

namespace branchline::runtime {

std::vector<RunnablePlan> PlanMaker::mapped(const PlanMaps& maps, const planner::MapConditions& now,
                                            std::size_t most) const {
  std::vector<RunnablePlan> plans;
  for (const planner::Plan& plan : maps.likely_first(now, most)) {
    auto runnable = runnable_plan(graph, digest, plan, times);
    if (runnable && runnable->remote) plans.push_back(std::move(*runnable));
  }
  return plans;
}

std::vector<RunnablePlan> PlanMaker::best(const planner::Planner& planner,
                                          const LinkConditions& link) const {
  std::vector<RunnablePlan> plans;
  for (const double factor : {1.0, 1.0 / 4, 4.0, 1.0 / 16, 16.0}) {
    const planner::LinkSpeed speed{link.uplink_bytes_per_s * factor,
                                   link.downlink_bytes_per_s * factor, link.round_trip};
    for (int exit = 0; exit < graph.exit_count(); ++exit) {
      const auto planned = planner.plan({graph, speed, {}, exit, {}, {}, link.edge_queue});
      if (!planned) continue;
      auto runnable = runnable_plan(graph, digest, *planned, times);
      if (!runnable || !runnable->remote) continue;
      const bool known = std::any_of(plans.begin(), plans.end(), [&](const RunnablePlan& other) {
        return other.key == runnable->key;
      });
      if (!known) plans.push_back(std::move(*runnable));
    }
  }
  return plans;
}

std::vector<RunnablePlan> PlanMaker::edge_only() const {
  std::vector<RunnablePlan> plans;
  for (int exit = 0; exit < graph.exit_count(); ++exit) {
    const planner::Plan on_edge = all_on(graph, exit, Tier::edge);
    const planner::PlanRequest request{graph, {1, 1, {}}, {}, exit, {}, {}, Duration{0}};
    if (!planner::price_plan(request, exit, on_edge.tier)) continue;  // it cannot run or travel
    auto plan = runnable_plan(graph, digest, on_edge, times);
    if (plan && plan->remote) plans.push_back(std::move(*plan));
  }
  return plans;
}

std::vector<RunnablePlan> PlanMaker::splits(const LinkConditions& link) const {
  const planner::LinkSpeed speed{link.uplink_bytes_per_s, link.downlink_bytes_per_s,
                                 link.round_trip};
  std::vector<RunnablePlan> splits;
  for (int exit = 0; exit < graph.exit_count(); ++exit) {
    const planner::PlanRequest request{graph, speed, {}, exit, {}, {}, Duration{0}};
    std::optional<planner::Plan> best;
    for (const std::int32_t cut : cut_vertices(graph, exit)) {
      planner::Plan plan = all_on(graph, exit, Tier::edge);
      const std::int32_t last = graph.exits[static_cast<std::size_t>(exit)].value.unit;
      if (cut == 0 || cut == last) continue;
      for (std::int32_t unit = 0; unit <= cut; ++unit) {
        std::optional<Tier>& tier = plan.tier[static_cast<std::size_t>(unit)];
        if (tier) tier = Tier::device;
      }
      const auto priced = planner::price_plan(request, exit, plan.tier);
      if (priced && (!best || planner::better(*priced, *best))) best = priced;
    }
    if (!best) continue;
    if (auto split = runnable_plan(graph, digest, *best, times)) {
      splits.push_back(std::move(*split));
    }
  }
  return splits;
}

}  // namespace branchline::runtime
