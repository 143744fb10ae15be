#include "framework/planner/internal/cut_problem.h"

#include <algorithm>

#include "framework/base/error.h"
#include "framework/planner/plan_cost.h"
#include "framework/planner/transfer.h"

namespace branchline::planner::internal {
namespace {

using graph::Unit;

std::size_t tier_index(Tier tier) { return static_cast<std::size_t>(tier); }

const LinkSpeed& hop_link(const PlanRequest& request, std::size_t hop) {
  return hop == 0 ? request.link : *request.link2;
}

CutNode node_of(const PlanRequest& request, const Unit& unit) {
  CutNode node;
  node.unit = unit.id;
  for (std::size_t tier = 0; tier < unit.time.size(); ++tier) {
    const bool runs = unit.time[tier] && (tier == 0 || unit.id != 0);
    node.compute[tier] = runs ? Cost{unit.time[tier]->count()} : kForbidden;
  }
  for (std::size_t hop = 0; hop + 1 < unit.time.size(); ++hop) {
    node.send[hop] = unit.transmissible ? up_time(request, unit, hop) : kForbidden;
  }
  return node;
}

Cost hop_crossing(const PlanRequest& request, int exit, std::size_t hop) {
  const auto home =
      static_cast<std::size_t>(request.graph.exits[static_cast<std::size_t>(exit)].value.unit);
  if (!request.graph.units[home].transmissible) return kForbidden;
  const LinkSpeed& link = hop_link(request, hop);
  Cost cost = link.round_trip.count();
  cost += transfer_time(result_bytes(request, exit), link.downlink_bytes_per_s).count();
  return hop == 0 ? cost + request.edge_queue.count() : cost;
}

}  // namespace

CutProblem cut_problem(const PlanRequest& request, int exit) {
  CutProblem problem;
  problem.tiers = request.graph.tiers.size();
  const std::vector<bool> needed = graph::units_of_exit(request.graph, exit);
  std::vector<std::int32_t> position(needed.size(), -1);
  for (const Unit& unit : request.graph.units) {
    if (!needed[static_cast<std::size_t>(unit.id)]) continue;
    const auto here = static_cast<std::int32_t>(problem.nodes.size());
    position[static_cast<std::size_t>(unit.id)] = here;
    CutNode node = node_of(request, unit);
    for (const graph::ValueId& input : unit.inputs) {
      const std::int32_t producer = position[static_cast<std::size_t>(input.unit)];
      std::vector<std::int32_t>& readers =
          problem.nodes[static_cast<std::size_t>(producer)].readers;
      if (!readers.empty() && readers.back() == here) continue;
      readers.push_back(here);
      node.inputs.push_back(producer);
    }
    problem.nodes.push_back(std::move(node));
  }
  for (std::size_t hop = 0; hop + 1 < problem.tiers; ++hop) {
    problem.crossing[hop] = hop_crossing(request, exit, hop);
  }
  return problem;
}

Cost cost_of(const CutProblem& problem, const Labels& labels) {
  BL_EXPECT(labels.size() == problem.nodes.size(), "the labels must have an entry per node");
  Cost cost = 0;
  for (std::size_t at = 0; at < labels.size(); ++at) {
    const CutNode& node = problem.nodes[at];
    cost = plus(cost, node.compute[tier_index(labels[at])]);
    Tier outermost = labels[at];
    for (const std::int32_t reader : node.readers) {
      const Tier there = labels[static_cast<std::size_t>(reader)];
      BL_EXPECT(there >= labels[at], "data flows back");
      outermost = std::max(outermost, there);
    }
    for (std::size_t hop = tier_index(labels[at]); hop < tier_index(outermost); ++hop) {
      cost = plus(cost, node.send[hop]);
    }
  }
  for (std::size_t hop = 0; hop < tier_index(labels.back()); ++hop) {
    cost = plus(cost, problem.crossing[hop]);
  }
  return cost;
}

std::vector<std::optional<Tier>> tiers_by_unit(const CutProblem& problem, const Labels& labels,
                                               std::int32_t unit_count) {
  std::vector<std::optional<Tier>> tier(static_cast<std::size_t>(unit_count));
  for (std::size_t at = 0; at < labels.size(); ++at) {
    tier[static_cast<std::size_t>(problem.nodes[at].unit)] = labels[at];
  }
  return tier;
}

}  // namespace branchline::planner::internal
