#include "framework/planner/internal/exact_cut.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>

namespace branchline::planner::internal {
namespace {

WideSum capacity_of(Cost cost) { return cost == kForbidden ? FlowNetwork::kUnlimited : cost; }

/// What a node costs wherever it stands.
Cost least_compute(const CutProblem& problem, const CutNode& node) {
  Cost least = kForbidden;
  for (std::size_t tier = 0; tier < problem.tiers; ++tier) {
    const Cost cost = node.compute[tier];
    if (cost != kForbidden && (least == kForbidden || cost < least)) least = cost;
  }
  return least;
}

/// How much more than each node's least the best single tier costs: no optimal labelling pays more
/// than that for anything. kForbidden: no single tier can run it all.
Cost most_worth_paying(const CutProblem& problem) {
  Cost least = 0, single = kForbidden;
  for (const CutNode& node : problem.nodes) least = plus(least, least_compute(problem, node));
  for (std::size_t tier = 0; tier < problem.tiers; ++tier) {
    Labels labels(problem.nodes.size(), static_cast<Tier>(tier));
    labels.front() = Tier::device;
    const Cost cost = cost_of(problem, labels);
    if (cost != kForbidden && (single == kForbidden || cost < single)) single = cost;
  }
  return least == kForbidden || single == kForbidden ? kForbidden : single - least;
}

/// Vertices that lie on the same side of every cut worth looking at, as one.
class MergedVertices {
 public:
  explicit MergedVertices(std::size_t count) : parent_(count) {
    std::iota(parent_.begin(), parent_.end(), std::size_t{0});
  }

  void merge(std::size_t a, std::size_t b) { parent_[root(a)] = root(b); }

  /// Numbers the sets in the order of their first members.
  std::vector<std::int32_t> numbered(FlowNetwork& network) {
    constexpr std::int32_t kNone = -1;
    std::vector<std::int32_t> of_root(parent_.size(), kNone), vertex(parent_.size());
    for (std::size_t at = 0; at < parent_.size(); ++at) {
      std::int32_t& number = of_root[root(at)];
      if (number == kNone) number = network.add_vertex();
      vertex[at] = number;
    }
    return vertex;
  }

 private:
  std::size_t root(std::size_t at) {
    while (parent_[at] != at) at = parent_[at] = parent_[parent_[at]];
    return at;
  }

  std::vector<std::size_t> parent_;
};

class NetworkBuilder {
 public:
  NetworkBuilder(const CutProblem& problem, FlowBack flow_back)
      : problem_(problem),
        boundaries_(problem.tiers - 1),
        back_(flow_back == FlowBack::forbidden ? FlowNetwork::kUnlimited : 0),
        dearest_(flow_back == FlowBack::forbidden ? most_worth_paying(problem) : kForbidden),
        readers_(problem.nodes.size(), 0) {
    for (std::size_t at = 0; at < readers_.size(); ++at) {
      for (const std::int32_t input : problem.inputs[at]) ++readers_[index(input)];
    }
    number_vertices();
  }

  CutNetwork build() && {
    for (std::size_t at = 0; at < readers_.size(); ++at) add_compute(at);
    const std::size_t exit = readers_.size() - 1;
    for (std::size_t hop = 0; hop < boundaries_; ++hop) {
      add(supply_[index(vertex(exit, hop + 1))], capacity_of(problem_.crossing[hop]));
    }
    for (std::size_t at = 2; at < supply_.size(); ++at) add_terminal_arcs(at);
    for (std::size_t boundary = 1; boundary <= boundaries_; ++boundary) add_sends(boundary);
    return {std::move(network_), std::move(vertex_)};
  }

 private:
  static std::size_t index(std::int32_t node) { return static_cast<std::size_t>(node); }
  static void add(WideSum& sum, WideSum capacity) {
    const bool unlimited = sum == FlowNetwork::kUnlimited || capacity == FlowNetwork::kUnlimited;
    sum = unlimited ? FlowNetwork::kUnlimited : sum + capacity;
  }

  /// On the source side exactly when the node stands on a tier below `boundary`.
  std::int32_t vertex(std::size_t node, std::size_t boundary) const {
    return vertex_[node * boundaries_ + boundary - 1];
  }

  /// A node whose output is too dear to send stands where its readers do.
  void number_vertices() {
    MergedVertices merged(readers_.size() * boundaries_);
    for (std::size_t at = 0; at < readers_.size(); ++at) {
      for (const std::int32_t input : problem_.inputs[at]) {
        for (std::size_t hop = 0; hop < boundaries_; ++hop) {
          if (!too_dear(problem_.nodes[index(input)].send[hop])) continue;
          merged.merge(at * boundaries_ + hop, index(input) * boundaries_ + hop);
        }
      }
    }
    vertex_ = merged.numbered(network_);
    supply_.resize(index(network_.vertex_count()), 0);
    drain_.resize(index(network_.vertex_count()), 0);
  }

  bool too_dear(Cost send) const {
    if (back_ != FlowNetwork::kUnlimited) return false;
    return send == kForbidden || (dearest_ != kForbidden && send > dearest_);
  }

  /// The arcs source → … → sink of one node: cutting the one before boundary b places it on tier b.
  /// Unlimited twins keep it from being cut twice (below b means below b + 1). Without what the
  /// node costs wherever it stands: the solver would push it along each chain one by one, which
  /// took quadratic time on three tiers.
  void add_compute(std::size_t at) {
    const CutNode& node = problem_.nodes[at];
    const Cost least = least_compute(problem_, node);
    const auto beyond_least = [&](std::size_t tier) {
      const Cost cost = node.compute[tier];
      return cost == kForbidden ? FlowNetwork::kUnlimited : cost - least;
    };
    const std::size_t outermost = boundaries_;
    add(supply_[index(vertex(at, outermost))], beyond_least(outermost));
    for (std::size_t tier = outermost - 1; tier > 0; --tier) {
      network_.add_arc(vertex(at, tier + 1), vertex(at, tier), beyond_least(tier),
                       FlowNetwork::kUnlimited);
    }
    add(drain_[index(vertex(at, 1))], beyond_least(0));
  }

  /// What can flow straight through the vertex is left out too.
  void add_terminal_arcs(std::size_t at) {
    WideSum &supply = supply_[at], &drain = drain_[at];
    const bool limited = supply != FlowNetwork::kUnlimited && drain != FlowNetwork::kUnlimited;
    if (limited) {
      const WideSum through = std::min(supply, drain);
      supply -= through;
      drain -= through;
    }
    network_.add_arc(FlowNetwork::kSource, static_cast<std::int32_t>(at), supply);
    network_.add_arc(static_cast<std::int32_t>(at), FlowNetwork::kSink, drain);
  }

  /// Cut when the node stands below the hop and a reader beyond it; paid once however many do: then
  /// by way of a vertex of the node's own. The unlimited twins are the arcs that DADS leaves out:
  /// no reader stands below its producer.
  void add_sends(std::size_t boundary) {
    constexpr std::int32_t kNobody = -1;
    std::vector<std::int32_t> sender(readers_.size(), kNobody);
    const auto send = [&](std::size_t at) { return problem_.nodes[at].send[boundary - 1]; };
    for (std::size_t at = 0; at < sender.size(); ++at) {
      if (readers_[at] < 2 || too_dear(send(at))) continue;
      sender[at] = network_.add_vertex();
      network_.add_arc(vertex(at, boundary), sender[at], capacity_of(send(at)));
    }
    for (std::size_t at = 0; at < sender.size(); ++at) {
      for (const std::int32_t input : problem_.inputs[at]) {
        if (too_dear(send(index(input)))) continue;
        const std::int32_t here = vertex(at, boundary), there = vertex(index(input), boundary);
        const std::int32_t from = sender[index(input)];
        if (from == kNobody) {
          network_.add_arc(there, here, capacity_of(send(index(input))), back_);
          continue;
        }
        network_.add_arc(from, here, FlowNetwork::kUnlimited);
        network_.add_arc(here, there, back_);
      }
    }
  }

  const CutProblem& problem_;
  std::size_t boundaries_;
  WideSum back_;                         ///< capacity from each reader to its producer
  Cost dearest_;                         ///< kForbidden: no bound is known
  std::vector<std::int32_t> readers_;    ///< by node: how many
  std::vector<std::int32_t> vertex_;     ///< by node and boundary
  std::vector<WideSum> supply_, drain_;  ///< by vertex: from the source, to the sink
  FlowNetwork network_;
};

}  // namespace

CutNetwork network_of(const CutProblem& problem, FlowBack flow_back) {
  return NetworkBuilder(problem, flow_back).build();
}

std::optional<Labels> cut_labels(const CutProblem& problem, FlowBack flow_back) {
  const CutNetwork network = network_of(problem, flow_back);
  const std::optional<MinCut> cut = min_cut(network.flow);
  if (!cut) return std::nullopt;
  const std::size_t boundaries = problem.tiers - 1;
  Labels labels;
  labels.reserve(problem.nodes.size());
  for (std::size_t at = 0; at < problem.nodes.size(); ++at) {
    std::size_t tier = boundaries;
    const auto below = [&](std::size_t boundary) {
      const std::int32_t vertex = network.vertex[at * boundaries + boundary - 1];
      return cut->source_side[static_cast<std::size_t>(vertex)];
    };
    while (tier > 0 && below(tier)) --tier;
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
