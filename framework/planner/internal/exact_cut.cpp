#include "framework/planner/internal/exact_cut.h"

#include <cstddef>

namespace branchline::planner::internal {
namespace {

WideSum capacity_of(Cost cost) { return cost == kForbidden ? FlowNetwork::kUnlimited : cost; }

class NetworkBuilder {
 public:
  NetworkBuilder(const CutProblem& problem, FlowBack flow_back)
      : problem_(problem),
        boundaries_(problem.tiers - 1),
        back_(flow_back == FlowBack::forbidden ? FlowNetwork::kUnlimited : 0),
        readers_(problem.nodes.size(), 0) {
    for (std::size_t at = 0; at < readers_.size(); ++at) {
      for (const std::int32_t input : problem.inputs[at]) ++readers_[index(input)];
    }
    for (std::size_t at = 0; at < readers_.size() * boundaries_; ++at) network_.add_vertex();
  }

  FlowNetwork build() && {
    for (std::size_t at = 0; at < readers_.size(); ++at) add_compute(at);
    for (std::size_t boundary = 1; boundary <= boundaries_; ++boundary) add_sends(boundary);
    const std::size_t exit = readers_.size() - 1;
    for (std::size_t hop = 0; hop < boundaries_; ++hop) {
      network_.add_arc(FlowNetwork::kSource, vertex(exit, hop + 1),
                       capacity_of(problem_.crossing[hop]));
    }
    return std::move(network_);
  }

 private:
  static std::size_t index(std::int32_t node) { return static_cast<std::size_t>(node); }

  /// On the source side exactly when the node stands on a tier below `boundary`.
  std::int32_t vertex(std::size_t node, std::size_t boundary) const {
    return static_cast<std::int32_t>(2 + node * boundaries_ + boundary - 1);
  }

  /// The arcs source → … → sink of one node: cutting the one before boundary b places it on tier b.
  /// Unlimited twins keep it from being cut twice (below b means below b + 1).
  void add_compute(std::size_t at) {
    const CutNode& node = problem_.nodes[at];
    const Cost least = least_compute(node);
    const auto beyond_least = [&](std::size_t tier) {
      const Cost cost = node.compute[tier];
      return cost == kForbidden ? FlowNetwork::kUnlimited : cost - least;
    };
    const std::size_t outermost = boundaries_;
    network_.add_arc(FlowNetwork::kSource, vertex(at, outermost), beyond_least(outermost));
    for (std::size_t tier = outermost - 1; tier > 0; --tier) {
      network_.add_arc(vertex(at, tier + 1), vertex(at, tier), beyond_least(tier),
                       FlowNetwork::kUnlimited);
    }
    network_.add_arc(vertex(at, 1), FlowNetwork::kSink, beyond_least(0));
  }

  /// What the node costs wherever it stands. Left out of the network: the solver would push it
  /// along each chain one by one, which took quadratic time on three tiers.
  Cost least_compute(const CutNode& node) const {
    Cost least = kForbidden;
    for (std::size_t tier = 0; tier < problem_.tiers; ++tier) {
      const Cost cost = node.compute[tier];
      if (cost != kForbidden && (least == kForbidden || cost < least)) least = cost;
    }
    return least;
  }

  /// Cut when the node stands below the hop and a reader beyond it; paid once however many do: then
  /// by way of a vertex of the node's own. The unlimited twins are the arcs that DADS leaves out:
  /// no reader stands below its producer.
  void add_sends(std::size_t boundary) {
    constexpr std::int32_t kNobody = -1;
    std::vector<std::int32_t> sender(readers_.size(), kNobody);
    const auto cost = [&](std::size_t at) {
      return capacity_of(problem_.nodes[at].send[boundary - 1]);
    };
    for (std::size_t at = 0; at < sender.size(); ++at) {
      if (readers_[at] < 2) continue;
      sender[at] = network_.add_vertex();
      network_.add_arc(vertex(at, boundary), sender[at], cost(at));
    }
    for (std::size_t at = 0; at < sender.size(); ++at) {
      for (const std::int32_t input : problem_.inputs[at]) {
        const std::int32_t here = vertex(at, boundary), there = vertex(index(input), boundary);
        const std::int32_t from = sender[index(input)];
        if (from == kNobody) {
          network_.add_arc(there, here, cost(index(input)), back_);
          continue;
        }
        network_.add_arc(from, here, FlowNetwork::kUnlimited);
        network_.add_arc(here, there, back_);
      }
    }
  }

  const CutProblem& problem_;
  std::size_t boundaries_;
  WideSum back_;                       ///< capacity from each reader to its producer
  std::vector<std::int32_t> readers_;  ///< by node: how many
  FlowNetwork network_;
};

}  // namespace

FlowNetwork network_of(const CutProblem& problem, FlowBack flow_back) {
  return NetworkBuilder(problem, flow_back).build();
}

std::optional<Labels> cut_labels(const CutProblem& problem, FlowBack flow_back) {
  const std::optional<MinCut> cut = min_cut(network_of(problem, flow_back));
  if (!cut) return std::nullopt;
  const std::size_t boundaries = problem.tiers - 1;
  Labels labels;
  labels.reserve(problem.nodes.size());
  for (std::size_t at = 0; at < problem.nodes.size(); ++at) {
    std::size_t tier = boundaries;
    while (tier > 0 && cut->source_side[2 + at * boundaries + tier - 1]) --tier;
    labels.push_back(static_cast<Tier>(tier));
  }
  return labels;
}

std::optional<ExactCut> exact_cut(const CutProblem& problem) {
  std::optional<Labels> labels = cut_labels(problem, FlowBack::forbidden);
  if (!labels) return std::nullopt;
  const Cost cost = cost_of(problem, *labels);
  return ExactCut{std::move(*labels), cost};
}

}  // namespace branchline::planner::internal
