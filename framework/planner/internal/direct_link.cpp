#include "framework/planner/internal/direct_link.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "framework/planner/internal/exact_cut.h"
#include "framework/planner/plan_cost.h"

namespace branchline::planner::internal {
namespace {

Cost shorter(Cost a, Cost b) {
  if (a == kForbidden || b == kForbidden) return a == kForbidden ? b : a;
  return std::min(a, b);
}

/// The exact cut that leaves the edge out. Whether the round trips of both routes are paid depends
/// on what goes where; it assumes the direct link's alone.
std::optional<Plan> device_and_cloud(const PlanRequest& request, int exit) {
  CutProblem problem = cut_problem(request, exit);
  const LinkSpeed& direct = *request.direct_link;
  for (CutNode& node : problem.nodes) {
    const auto& unit = request.graph.units[static_cast<std::size_t>(node.unit)];
    const Cost relay = plus(node.send[0], node.send[1]);
    node.compute[1] = node.compute[2];
    if (!unit.transmissible) continue;
    node.send[0] =
        shorter(transfer_time(unit.output_bytes, direct.uplink_bytes_per_s).count(), relay);
  }
  problem.tiers = 2;
  if (problem.crossing[0] != kForbidden) {
    problem.crossing[0] = direct.round_trip.count();
    problem.crossing[0] +=
        transfer_time(result_bytes(request, exit), direct.downlink_bytes_per_s).count();
  }
  std::optional<ExactCut> cut = exact_cut(problem);
  if (!cut) return std::nullopt;
  std::replace(cut->labels.begin(), cut->labels.end(), Tier::edge, Tier::cloud);
  return price_plan(request, exit, tiers_by_unit(problem, cut->labels, request.graph.unit_count()));
}

/// Moves single units under the true price.
class DirectLinkMoves {
 public:
  DirectLinkMoves(const PlanRequest& request, Plan start)
      : request_(request),
        best_(std::move(start)),
        readers_(graph::consumers_among(request.graph,
                                        graph::units_of_exit(request.graph, best_.exit))) {}

  Plan improve() && {
    constexpr std::size_t kMostUnitsLookedAt = 20'000'000;
    std::size_t trials = kMostUnitsLookedAt / best_.tier.size() / 2;
    for (bool moved = true; moved && trials > 0;) {
      moved = false;
      for (std::size_t unit = best_.tier.size(); unit-- > 1;) {
        if (!best_.tier[unit]) continue;
        for (std::size_t tier = 0; tier < 3 && trials > 0; ++tier) {
          if (!fits(unit, static_cast<Tier>(tier))) continue;
          --trials;
          moved = try_tier(unit, static_cast<Tier>(tier)) || moved;
        }
      }
    }
    return std::move(best_);
  }

 private:
  /// Another tier, not below an input's nor beyond a reader's.
  bool fits(std::size_t unit, Tier tier) const {
    if (best_.tier[unit] == tier) return false;
    for (const graph::ValueId& input : request_.graph.units[unit].inputs) {
      if (best_.tier[static_cast<std::size_t>(input.unit)] > tier) return false;
    }
    return std::none_of(readers_[unit].begin(), readers_[unit].end(), [&](std::int32_t reader) {
      return best_.tier[static_cast<std::size_t>(reader)] < tier;
    });
  }

  bool try_tier(std::size_t unit, Tier tier) {
    std::vector<std::optional<Tier>> placement = best_.tier;
    placement[unit] = tier;
    std::optional<Plan> plan = price_plan(request_, best_.exit, placement);
    const bool wins = plan && better(*plan, best_);
    if (wins) best_ = *std::move(plan);
    return wins;
  }

  const PlanRequest& request_;
  Plan best_;
  std::vector<std::vector<std::int32_t>> readers_;
};

}  // namespace

Plan improve_over_direct_link(const PlanRequest& request, const Plan& relayed) {
  Plan best = DirectLinkMoves(request, relayed).improve();
  std::optional<Plan> past_the_edge = device_and_cloud(request, relayed.exit);
  if (!past_the_edge) return best;
  Plan other = DirectLinkMoves(request, *std::move(past_the_edge)).improve();
  return better(other, best) ? other : best;
}

}  // namespace branchline::planner::internal
