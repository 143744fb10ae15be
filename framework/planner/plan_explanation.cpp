#include "framework/planner/plan_explanation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace branchline::planner {
namespace {

constexpr double kLargestFactor = 1000;

void speed_up(graph::LayerGraph& graph, std::size_t tier, double factor) {
  for (graph::Unit& unit : graph.units) {
    if (tier >= unit.time.size() || !unit.time[tier]) continue;
    const auto time = static_cast<double>(unit.time[tier]->count());
    // Times that saturate stay where they are: a double cannot hold the largest one.
    unit.time[tier] =
        std::min(*unit.time[tier], Nanoseconds(static_cast<std::int64_t>(time / factor)));
  }
}

void change_link(LinkSpeed& link, Knob knob, double factor) {
  if (knob == Knob::goodput) {
    link.uplink_bytes_per_s *= factor;
    link.downlink_bytes_per_s *= factor;
  } else if (knob == Knob::round_trip) {
    const auto time = static_cast<double>(link.round_trip.count());
    link.round_trip =
        std::min(link.round_trip, Nanoseconds(static_cast<std::int64_t>(time / factor)));
  }
}

/// The plan with the knob turned by `factor`, when it reaches the goal.
std::optional<Plan> plan_if_turned(const Planner& planner, const PlanRequest& request, Knob knob,
                                   double factor, const PlanGoal& goal) {
  graph::LayerGraph graph = request.graph;
  if (knob == Knob::device_speed) speed_up(graph, 0, factor);
  if (knob == Knob::edge_speed) speed_up(graph, 1, factor);
  for (int exit = graph.exit_count() - 1; exit >= goal.exit; --exit) {
    PlanRequest turned{graph,
                       request.link,
                       request.link2,
                       exit,
                       goal.within,
                       request.result_bytes,
                       request.edge_queue,
                       request.direct_link,
                       request.max_accuracy_loss,
                       request.max_uplink_bytes};
    change_link(turned.link, knob, factor);
    if (turned.link2) change_link(*turned.link2, knob, factor);
    if (turned.direct_link) change_link(*turned.direct_link, knob, factor);
    std::optional<Plan> plan = planner.plan(turned);
    if (plan && plan->feasible) return plan;
  }
  return std::nullopt;
}

std::optional<HelpfulChange> smallest_change(const Planner& planner, const PlanRequest& request,
                                             Knob knob, const PlanGoal& goal) {
  if (!plan_if_turned(planner, request, knob, kLargestFactor, goal)) return std::nullopt;
  double too_little = 1, enough = kLargestFactor;
  while (enough / too_little > 1.002) {
    const double middle = std::sqrt(too_little * enough);
    (plan_if_turned(planner, request, knob, middle, goal) ? enough : too_little) = middle;
  }
  const double factor = std::min(std::ceil(enough * 100) / 100, kLargestFactor);
  const std::optional<Plan> plan = plan_if_turned(planner, request, knob, factor, goal);
  if (!plan) return std::nullopt;
  return HelpfulChange{knob, factor, *plan};
}

}  // namespace

DominantPart dominant_part(const Plan& plan) {
  const Breakdown& part = plan.breakdown;
  // As doubles: a saturated breakdown must not overflow here.
  const auto number = [](Nanoseconds time) { return static_cast<double>(time.count()); };
  const std::array<double, 6> times = {
      number(part.device), number(part.uplink) + number(part.downlink),
      number(part.edge),   number(part.uplink2) + number(part.downlink2),
      number(part.cloud),  number(part.direct_uplink) + number(part.direct_downlink)};
  const auto largest = std::max_element(times.begin(), times.end());
  const double total = number(plan.predicted);
  return {static_cast<Bottleneck>(largest - times.begin()),
          total > 0 ? std::min(1.0, *largest / total) : 0};
}

std::optional<PlanGoal> next_goal(const PlanRequest& request, const Plan& plan) {
  if (!request.deadline) return PlanGoal{plan.exit, plan.predicted / 10 * 9};
  if (request.exit) {
    if (plan.feasible) return std::nullopt;
    return PlanGoal{plan.exit, *request.deadline};
  }
  if (!plan.feasible) return PlanGoal{0, *request.deadline};
  if (plan.exit + 1 >= request.graph.exit_count()) return std::nullopt;
  return PlanGoal{plan.exit + 1, *request.deadline};
}

std::vector<HelpfulChange> changes_that_help(const Planner& planner, const PlanRequest& request,
                                             const PlanGoal& goal) {
  std::vector<HelpfulChange> changes;
  for (const Knob knob : {Knob::goodput, Knob::round_trip, Knob::device_speed, Knob::edge_speed}) {
    std::optional<HelpfulChange> change = smallest_change(planner, request, knob, goal);
    if (change) changes.push_back(std::move(*change));
  }
  std::stable_sort(
      changes.begin(), changes.end(),
      [](const HelpfulChange& a, const HelpfulChange& b) { return a.factor < b.factor; });
  return changes;
}

}  // namespace branchline::planner
