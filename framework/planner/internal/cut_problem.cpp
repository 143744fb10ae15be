#include "framework/planner/internal/cut_problem.h"

#include <algorithm>
#include <utility>

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
  const std::int32_t home = request.graph.exits[static_cast<std::size_t>(exit)].value.unit;
  CutProblem problem =
      cut_problem_between(request, graph::units_of_exit(request.graph, exit), 0, home);
  problem.crossing = crossings_of(request, exit);
  return problem;
}

CutProblem cut_problem_between(const PlanRequest& request, const std::vector<bool>& needed,
                               std::int32_t from, std::int32_t to) {
  CutProblem problem;
  problem.tiers = request.graph.tiers.size();
  const auto span = static_cast<std::size_t>(to - from) + 1;
  std::vector<std::int32_t> position(span, -1), last_reader(span, -1);
  problem.nodes.reserve(span);
  problem.inputs.reserve(span, 2 * span);
  for (std::size_t offset = 0; offset < span; ++offset) {
    const Unit& unit = request.graph.units[static_cast<std::size_t>(from) + offset];
    if (!needed[static_cast<std::size_t>(unit.id)]) continue;
    position[offset] = static_cast<std::int32_t>(problem.nodes.size());
    problem.nodes.push_back(node_of(request, unit));
    problem.inputs.start_list();
    for (const graph::ValueId& input : unit.inputs) {
      if (input.unit < from) continue;
      const auto producer = static_cast<std::size_t>(input.unit - from);
      if (std::exchange(last_reader[producer], unit.id) == unit.id) continue;
      problem.inputs.append(position[producer]);
    }
  }
  return problem;
}

std::array<Cost, 2> crossings_of(const PlanRequest& request, int exit) {
  std::array<Cost, 2> crossing{};
  for (std::size_t hop = 0; hop + 1 < request.graph.tiers.size(); ++hop) {
    crossing[hop] = hop_crossing(request, exit, hop);
  }
  return crossing;
}

NodeLists readers_of(const CutProblem& problem) {
  const std::size_t count = problem.nodes.size();
  std::vector<std::vector<std::int32_t>> readers(count);
  for (std::size_t at = 0; at < count; ++at) {
    for (const std::int32_t input : problem.inputs[at]) {
      readers[static_cast<std::size_t>(input)].push_back(static_cast<std::int32_t>(at));
    }
  }
  NodeLists lists;
  for (const std::vector<std::int32_t>& list : readers) {
    lists.start_list();
    for (const std::int32_t reader : list) lists.append(reader);
  }
  return lists;
}

Labels outermost_readers(const CutProblem& problem, const Labels& labels) {
  Labels outermost = labels;
  for (std::size_t at = 0; at < labels.size(); ++at) {
    for (const std::int32_t input : problem.inputs[at]) {
      const auto producer = static_cast<std::size_t>(input);
      BL_EXPECT(labels[producer] <= labels[at], "data flows back");
      outermost[producer] = std::max(outermost[producer], labels[at]);
    }
  }
  return outermost;
}

Cost send_cost(const CutNode& node, Tier home, Tier reached) {
  Cost cost = 0;
  for (std::size_t hop = tier_index(home); hop < tier_index(reached); ++hop) {
    cost = plus(cost, node.send[hop]);
  }
  return cost;
}

Cost place_cost(const CutProblem& problem, std::size_t node, Tier tier) {
  Cost cost = problem.nodes[node].compute[tier_index(tier)];
  const bool is_exit = node + 1 == problem.nodes.size();
  for (std::size_t hop = 0; is_exit && hop < tier_index(tier); ++hop) {
    cost = plus(cost, problem.crossing[hop]);
  }
  return cost;
}

Cost cost_of(const CutProblem& problem, const Labels& labels) {
  BL_EXPECT(labels.size() == problem.nodes.size(), "the labels must have an entry per node");
  const Labels outermost = outermost_readers(problem, labels);
  Cost cost = 0;
  for (std::size_t at = 0; at < labels.size(); ++at) {
    cost = plus(cost, place_cost(problem, at, labels[at]));
    cost = plus(cost, send_cost(problem.nodes[at], labels[at], outermost[at]));
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
