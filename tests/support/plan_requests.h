#pragma once

#include <cmath>
#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <vector>

#include "framework/planner/plan_cost.h"
#include "framework/planner/plan_request.h"

/// Requests, placements and a naive search that the planners' tests share.
namespace branchline::testing {

using planner::LinkSpeed;
using planner::Plan;
using planner::PlanRequest;
using Placement = std::vector<std::optional<Tier>>;

constexpr Tier D = Tier::device, E = Tier::edge, C = Tier::cloud;

inline graph::Nanoseconds ns(std::int64_t count) { return graph::Nanoseconds(count); }

/// 1 byte takes 1 ns each way, no round trip: numbers that can be added up in the head.
inline LinkSpeed byte_per_ns() { return {1e9, 1e9, graph::Nanoseconds(0)}; }

inline PlanRequest request_for(const graph::LayerGraph& graph, LinkSpeed link = byte_per_ns()) {
  PlanRequest request{graph,        link,         std::nullopt,         std::nullopt,
                      std::nullopt, std::nullopt, graph::Nanoseconds(0)};
  if (graph.tiers.size() == 3) request.link2 = byte_per_ns();
  return request;
}

/// Goodputs that make transfers about as dear as compute in random_dag's graphs.
inline LinkSpeed random_link(std::mt19937& random) {
  std::uniform_real_distribution<double> exponent(8.0, 10.5);
  std::uniform_int_distribution<std::int64_t> round_trip(0, 300);
  return {std::pow(10.0, exponent(random)), std::pow(10.0, exponent(random)),
          graph::Nanoseconds(round_trip(random))};
}

/// A tier by unit id for the units of `exit`.
inline Placement place(const graph::LayerGraph& graph, int exit,
                       const std::function<Tier(std::int32_t)>& tier_of) {
  const std::vector<bool> needed = graph::units_of_exit(graph, exit);
  Placement placement(needed.size());
  for (std::size_t id = 0; id < needed.size(); ++id) {
    if (needed[id]) placement[id] = tier_of(static_cast<std::int32_t>(id));
  }
  return placement;
}

/// The best of some placements by price_plan and better().
class NaiveSearch {
 public:
  NaiveSearch(const PlanRequest& request, int exit) : request_(request), exit_(exit) {}

  void consider(const Placement& placement) {
    std::optional<Plan> plan = planner::price_plan(request_, exit_, placement);
    if (plan && (!best_ || planner::better(*plan, *best_))) best_ = plan;
  }

  const std::optional<Plan>& best() const { return best_; }

 private:
  const PlanRequest& request_;
  int exit_;
  std::optional<Plan> best_;
};

/// The deepest exit whose best plan meets the deadline, else the fastest: Planner::plan's rule,
/// again.
inline std::optional<Plan> choose_exit(
    const PlanRequest& request, const std::function<std::optional<Plan>(int)>& best_of_exit) {
  std::optional<Plan> fastest;
  for (int exit = request.graph.exit_count() - 1; exit >= 0; --exit) {
    const std::optional<Plan> plan = best_of_exit(exit);
    if (!plan) continue;
    if (!request.deadline || plan->predicted <= *request.deadline) return plan;
    if (!fastest || plan->predicted < fastest->predicted) fastest = plan;
  }
  return fastest;
}

}  // namespace branchline::testing
