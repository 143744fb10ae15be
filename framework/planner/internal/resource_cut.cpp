#include "framework/planner/internal/resource_cut.h"

#include <algorithm>
#include <string>
#include <utility>

#include "framework/base/error.h"
#include "framework/planner/transfer.h"

namespace branchline::planner::internal {
namespace {

constexpr WideSum kMostInAll = WideSum{1} << 40;

const graph::Unit& unit_of(const graph::LayerGraph& graph, const CutNode& node) {
  return graph.units[static_cast<std::size_t>(node.unit)];
}

/// For the topology and the ways to send: any link has the same.
PlanRequest any_link_request(const graph::LayerGraph& graph, int exit) {
  if (graph.tiers.size() != 2) {
    throw InputError("it has times for " + std::to_string(graph.tiers.size()) + " tiers",
                     "graph '" + graph.name + "'", "a map needs those of device and edge");
  }
  const LinkSpeed any{1, 1, Nanoseconds(0)};
  return {graph, any, {}, exit, {}, {}, Nanoseconds(0)};
}

WideSum weighed_uses(const std::array<WideSum, 3>& weights, const Resources& uses) {
  return weights[0] * uses[0] + weights[1] * uses[1] + weights[2] * uses[2];
}

Cost times(WideSum weight, Cost amount) {
  return amount == kForbidden ? kForbidden : weight * amount;
}

}  // namespace

ResourceCut::ResourceCut(const graph::LayerGraph& graph, int exit)
    : graph_(graph), problem_(cut_problem(any_link_request(graph, exit), exit)) {
  WideSum time = 0, bytes = 0;
  for (const CutNode& node : problem_.nodes) {
    for (std::size_t tier = 0; tier < 2; ++tier) {
      if (node.compute[tier] != kForbidden) time += node.compute[tier];
    }
    Resources most{};
    sendings_.emplace_back();
    const graph::Unit& unit = unit_of(graph, node);
    for (const Transfer& way :
         transfers(any_link_request(graph, exit), unit, Tier::device, Tier::edge)) {
      const Resources uses = {way.encode.count(), way.decode.count(), way.bytes};
      const bool raw = way.codec == Transfer::kRaw;
      sendings_.back().push_back(
          {uses, raw ? nullptr : &unit.codecs[static_cast<std::size_t>(way.codec)]});
      for (std::size_t part = 0; part < uses.size(); ++part) {
        most[part] = std::max(most[part], uses[part]);
      }
    }
    time += WideSum{most[kDeviceTime]} + most[kEdgeTime];
    bytes += most[kUplinkBytes];
  }
  if (time >= kMostInAll || bytes >= kMostInAll) {
    throw InputError("its times or bytes add up to 2^40 or more (18 minutes, 1 TB)",
                     "graph '" + graph.name + "'", "plan single requests instead of a map");
  }
}

std::optional<ResourcePlan> ResourceCut::cheapest(const std::array<WideSum, 3>& weights,
                                                  WideSum remote) const {
  CutProblem priced = problem_;
  for (std::size_t at = 0; at < priced.nodes.size(); ++at) {
    CutNode& node = priced.nodes[at];
    for (std::size_t tier = 0; tier < 2; ++tier) {
      node.compute[tier] = times(weights[tier], node.compute[tier]);
    }
    node.send[0] = unit_of(graph_, node).transmissible
                       ? weighed_uses(weights, cheapest_sending(at, weights).uses)
                       : kForbidden;
  }
  priced.crossing[0] = times(remote, problem_.crossing[0] == kForbidden ? kForbidden : 1);
  std::optional<ExactCut> cut = exact_cut(priced);
  if (!cut) return std::nullopt;
  return plan_of(std::move(cut->labels), weights);
}

const ResourceCut::Sending& ResourceCut::cheapest_sending(
    std::size_t node, const std::array<WideSum, 3>& weights) const {
  const std::vector<Sending>& ways = sendings_[node];
  return *std::min_element(ways.begin(), ways.end(), [&](const Sending& a, const Sending& b) {
    return weighed_uses(weights, a.uses) < weighed_uses(weights, b.uses);
  });
}

std::optional<ResourcePlan> ResourceCut::device_only() const {
  for (const CutNode& node : problem_.nodes) {
    if (node.compute[0] == kForbidden) return std::nullopt;
  }
  return plan_of(Labels(problem_.nodes.size(), Tier::device), {});
}

std::vector<std::optional<Tier>> ResourceCut::tiers(const Labels& labels) const {
  return tiers_by_unit(problem_, labels, graph_.unit_count());
}

ResourcePlan ResourceCut::plan_of(Labels labels, const std::array<WideSum, 3>& weights) const {
  ResourcePlan plan;
  std::int64_t loss = 0;
  const Labels outermost = outermost_readers(problem_, labels);
  for (std::size_t at = 0; at < labels.size(); ++at) {
    const CutNode& node = problem_.nodes[at];
    const auto tier = static_cast<std::size_t>(labels[at]);
    plan.uses[tier] += static_cast<std::int64_t>(node.compute[tier]);
    if (outermost[at] == labels[at]) continue;
    const Sending& way = cheapest_sending(at, weights);
    for (std::size_t part = 0; part < plan.uses.size(); ++part) plan.uses[part] += way.uses[part];
    if (way.codec == nullptr) continue;
    plan.codecs.push_back({node.unit, 1, way.codec->name});
    loss += millionths(way.codec->accuracy_loss);
  }
  plan.accuracy_loss = static_cast<double>(loss) / 1e6;
  plan.labels = std::move(labels);
  return plan;
}

}  // namespace branchline::planner::internal
