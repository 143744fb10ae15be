#include "framework/planner/internal/stage_candidates.h"

#include <algorithm>
#include <utility>

#include "framework/planner/plan_cost.h"
#include "framework/planner/stage_times.h"

namespace branchline::planner::internal {

StageLoads loads_of(const Transfer& way) {
  StageLoads loads;
  loads[kDeviceStage] = way.encode.count();
  loads[kUplinkStage] = way.link.count();
  loads[kEdgeStage] = way.decode.count();
  return loads;
}

void add(StageLoads& loads, const StageLoads& more, int sign) {
  for (std::size_t stage = 0; stage < loads.size(); ++stage) loads[stage] += sign * more[stage];
}

WideSum weighted(const StageLoads& weights, const StageLoads& loads) {
  return weights[0] * loads[0] + weights[1] * loads[1] + weights[2] * loads[2];
}

StageCandidates::StageCandidates(const PlanRequest& request, int exit)
    : request_(request), exit_(exit), problem_(cut_problem(request, exit)) {
  for (const CutNode& node : problem_.nodes) {
    const graph::Unit& unit = request.graph.units[static_cast<std::size_t>(node.unit)];
    ways_.push_back(transfers(request, unit, Tier::device, Tier::edge));
  }
}

std::size_t StageCandidates::cheapest_way(std::size_t node, const StageLoads& weights) const {
  const std::vector<Transfer>& ways = ways_[node];
  const auto least =
      std::min_element(ways.begin(), ways.end(), [&weights](const Transfer& a, const Transfer& b) {
        return weighted(weights, loads_of(a)) < weighted(weights, loads_of(b));
      });
  return static_cast<std::size_t>(least - ways.begin());
}

bool StageCandidates::offer(const Labels& labels, const StageLoads& weights) {
  const Labels outermost = outermost_readers(problem_, labels);
  std::vector<std::optional<std::size_t>> way(labels.size());
  for (std::size_t node = 0; node < labels.size(); ++node) {
    if (outermost[node] != labels[node]) way[node] = cheapest_way(node, weights);
  }
  return offer(labels, way);
}

bool StageCandidates::offer(const Labels& labels,
                            const std::vector<std::optional<std::size_t>>& way) {
  std::vector<CrossingCodec> codecs;
  for (std::size_t node = 0; node < way.size(); ++node) {
    if (!way[node]) continue;
    const auto id = static_cast<std::size_t>(problem_.nodes[node].unit);
    list_codec(codecs, request_.graph.units[id], 0, ways_[node][*way[node]]);
  }
  std::optional<Plan> plan = price_plan(
      request_, exit_, tiers_by_unit(problem_, labels, request_.graph.unit_count()), codecs);
  if (!plan) return false;
  const Nanoseconds longest = stage_times(request_, *plan).longest();
  if (best_ && !wins(*plan, longest)) return false;
  longest_ = longest;
  best_labels_ = labels;
  best_ = std::move(plan);
  return true;
}

bool StageCandidates::wins(const Plan& plan, Nanoseconds longest) const {
  // The quickest plan was the first: a later one that is late can only be of the same latency.
  if (!plan.feasible) return better(plan, *best_);
  if (longest != longest_) return longest < longest_;
  return better(plan, *best_);
}

}  // namespace branchline::planner::internal
