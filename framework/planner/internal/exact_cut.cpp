#include "framework/planner/internal/exact_cut.h"

#include <cstddef>

namespace branchline::planner::internal {
namespace {

WideSum capacity_of(Cost cost) { return cost == kForbidden ? FlowNetwork::kUnlimited : cost; }

class NetworkBuilder {
 public:
  explicit NetworkBuilder(const CutProblem& problem)
      : problem_(problem), boundaries_(problem.tiers - 1) {
    for (std::size_t at = 0; at < problem.nodes.size() * boundaries_; ++at) network_.add_vertex();
  }

  FlowNetwork build() && {
    for (std::size_t at = 0; at < problem_.nodes.size(); ++at) {
      add_compute(at);
      for (std::size_t hop = 0; hop < boundaries_; ++hop) add_send(at, hop);
    }
    const std::size_t exit = problem_.nodes.size() - 1;
    for (std::size_t hop = 0; hop < boundaries_; ++hop) {
      network_.add_arc(FlowNetwork::kSource, vertex(exit, hop + 1),
                       capacity_of(problem_.crossing[hop]));
    }
    return std::move(network_);
  }

 private:
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

  /// Cut when the node stands below the hop and a reader beyond it; paid once however many do. The
  /// unlimited twins are the arcs that DADS leaves out: no reader stands below its producer.
  void add_send(std::size_t at, std::size_t hop) {
    const CutNode& node = problem_.nodes[at];
    const std::size_t boundary = hop + 1;
    const WideSum cost = capacity_of(node.send[hop]);
    if (node.readers.size() == 1) {
      const auto reader = static_cast<std::size_t>(node.readers.front());
      network_.add_arc(vertex(at, boundary), vertex(reader, boundary), cost,
                       FlowNetwork::kUnlimited);
      return;
    }
    if (node.readers.empty()) return;
    const std::int32_t all_readers_below = network_.add_vertex();
    network_.add_arc(vertex(at, boundary), all_readers_below, cost);
    for (const std::int32_t reader : node.readers) {
      network_.add_arc(all_readers_below, vertex(static_cast<std::size_t>(reader), boundary),
                       FlowNetwork::kUnlimited);
      network_.add_arc(vertex(static_cast<std::size_t>(reader), boundary), vertex(at, boundary),
                       FlowNetwork::kUnlimited);
    }
  }

  const CutProblem& problem_;
  std::size_t boundaries_;
  FlowNetwork network_;
};

}  // namespace

FlowNetwork network_of(const CutProblem& problem) { return NetworkBuilder(problem).build(); }

std::optional<ExactCut> exact_cut(const CutProblem& problem) {
  const std::optional<MinCut> cut = min_cut(network_of(problem));
  if (!cut) return std::nullopt;
  const std::size_t boundaries = problem.tiers - 1;
  ExactCut exact;
  exact.labels.reserve(problem.nodes.size());
  for (std::size_t at = 0; at < problem.nodes.size(); ++at) {
    std::size_t tier = boundaries;
    while (tier > 0 && cut->source_side[2 + at * boundaries + tier - 1]) --tier;
    exact.labels.push_back(static_cast<Tier>(tier));
  }
  exact.cost = cost_of(problem, exact.labels);
  return exact;
}

}  // namespace branchline::planner::internal
