#include "framework/planner/internal/resource_cut.h"

#include <string>

#include "framework/base/error.h"

namespace branchline::planner::internal {
namespace {

constexpr WideSum kMostInAll = WideSum{1} << 40;

const graph::Unit& unit_of(const graph::LayerGraph& graph, const CutNode& node) {
  return graph.units[static_cast<std::size_t>(node.unit)];
}

/// The topology of the exit's sub-graph: any link gives the same.
CutProblem topology(const graph::LayerGraph& graph, int exit) {
  if (graph.tiers.size() != 2) {
    throw InputError("it has times for " + std::to_string(graph.tiers.size()) + " tiers",
                     "graph '" + graph.name + "'", "a map needs those of device and edge");
  }
  const LinkSpeed any{1, 1, Nanoseconds(0)};
  return cut_problem({graph, any, {}, exit, {}, {}, Nanoseconds(0)}, exit);
}

Cost times(WideSum weight, Cost amount) {
  return amount == kForbidden ? kForbidden : weight * amount;
}

}  // namespace

ResourceCut::ResourceCut(const graph::LayerGraph& graph, int exit)
    : graph_(graph), problem_(topology(graph, exit)) {
  WideSum time = 0, bytes = 0;
  for (const CutNode& node : problem_.nodes) {
    for (std::size_t tier = 0; tier < 2; ++tier) {
      if (node.compute[tier] != kForbidden) time += node.compute[tier];
    }
    bytes += unit_of(graph, node).output_bytes;
  }
  if (time >= kMostInAll || bytes >= kMostInAll) {
    throw InputError("its times or bytes add up to 2^40 or more (18 minutes, 1 TB)",
                     "graph '" + graph.name + "'", "plan single requests instead of a map");
  }
}

std::optional<ResourcePlan> ResourceCut::cheapest(const std::array<WideSum, 3>& weights,
                                                  WideSum remote) const {
  CutProblem priced = problem_;
  for (CutNode& node : priced.nodes) {
    for (std::size_t tier = 0; tier < 2; ++tier) {
      node.compute[tier] = times(weights[tier], node.compute[tier]);
    }
    const graph::Unit& unit = unit_of(graph_, node);
    node.send[0] = unit.transmissible ? weights[kUplinkBytes] * unit.output_bytes : kForbidden;
  }
  priced.crossing[0] = times(remote, problem_.crossing[0] == kForbidden ? kForbidden : 1);
  std::optional<ExactCut> cut = exact_cut(priced);
  if (!cut) return std::nullopt;
  return ResourcePlan{uses_of(cut->labels), std::move(cut->labels)};
}

std::optional<ResourcePlan> ResourceCut::device_only() const {
  for (const CutNode& node : problem_.nodes) {
    if (node.compute[0] == kForbidden) return std::nullopt;
  }
  Labels labels(problem_.nodes.size(), Tier::device);
  return ResourcePlan{uses_of(labels), labels};
}

std::vector<std::optional<Tier>> ResourceCut::tiers(const Labels& labels) const {
  return tiers_by_unit(problem_, labels, graph_.unit_count());
}

Resources ResourceCut::uses_of(const Labels& labels) const {
  Resources uses{};
  std::vector<bool> crosses(labels.size(), false);
  for (std::size_t at = 0; at < labels.size(); ++at) {
    for (const std::int32_t input : problem_.inputs[at]) {
      const auto producer = static_cast<std::size_t>(input);
      if (labels[producer] != labels[at]) crosses[producer] = true;
    }
  }
  for (std::size_t at = 0; at < labels.size(); ++at) {
    const CutNode& node = problem_.nodes[at];
    const auto tier = static_cast<std::size_t>(labels[at]);
    uses[tier] += static_cast<std::int64_t>(node.compute[tier]);
    if (crosses[at]) uses[kUplinkBytes] += unit_of(graph_, node).output_bytes;
  }
  return uses;
}

}  // namespace branchline::planner::internal
