#include "framework/planner/algorithms/hpa.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>
#include <vector>

#include "framework/planner/internal/chain_cut.h"
#include "framework/planner/internal/tier_moves.h"
#include "framework/planner/plan_cost.h"

namespace branchline::planner {
namespace {

using internal::Cost;
using internal::CutProblem;
using internal::kForbidden;
using internal::Labels;
using internal::NodeLists;
using internal::plus;

bool cheaper(Cost a, Cost b) { return a != kForbidden && (b == kForbidden || a < b); }

/// Places the nodes layer by layer.
class LayerwisePlacement {
 public:
  explicit LayerwisePlacement(const CutProblem& problem)
      : problem_(problem),
        readers_(internal::readers_of(problem)),
        labels_(problem.nodes.size(), Tier::device),
        reached_(problem.nodes.size(), Tier::device) {}

  /// nullopt when a node finds no tier.
  std::optional<Labels> labels() && {
    for (const std::size_t node : nodes_by_distance()) {
      if (node != 0 && !place(node)) return std::nullopt;
    }
    return std::move(labels_);
  }

 private:
  static std::size_t index(std::int32_t node) { return static_cast<std::size_t>(node); }

  /// By longest distance to the input, then by id.
  std::vector<std::size_t> nodes_by_distance() const {
    std::vector<std::int32_t> distance(labels_.size(), 0);
    for (std::size_t node = 0; node < labels_.size(); ++node) {
      for (const std::int32_t input : problem_.inputs[node]) {
        distance[node] = std::max(distance[node], distance[index(input)] + 1);
      }
    }
    std::vector<std::size_t> order(labels_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&distance](std::size_t a, std::size_t b) {
      return distance[a] < distance[b];
    });
    return order;
  }

  bool place(std::size_t node) {
    Tier lowest = Tier::device;
    for (const std::int32_t input : problem_.inputs[node]) {
      lowest = std::max(lowest, labels_[index(input)]);
    }
    Cost least = kForbidden;
    for (auto tier = static_cast<std::size_t>(lowest); tier < problem_.tiers; ++tier) {
      const Cost cost = score(node, static_cast<Tier>(tier));
      if (!cheaper(cost, least)) continue;
      least = cost;
      labels_[node] = static_cast<Tier>(tier);
    }
    reached_[node] = labels_[node];
    for (const std::int32_t input : problem_.inputs[node]) {
      reached_[index(input)] = std::max(reached_[index(input)], labels_[node]);
    }
    return least != kForbidden;
  }

  /// What a sibling has paid for already is not paid again.
  Cost score(std::size_t node, Tier tier) const {
    Cost cost = place_cost(problem_, node, tier);
    for (const std::int32_t input : problem_.inputs[node]) {
      cost = plus(cost, send_cost(problem_.nodes[index(input)], reached_[index(input)], tier));
    }
    return plus(cost, look_ahead(node, tier));
  }

  /// The node's readers are later in the order, so all of them are open: the least that sending to
  /// one tier and computing them there takes.
  Cost look_ahead(std::size_t node, Tier tier) const {
    Cost least = kForbidden;
    for (auto next = static_cast<std::size_t>(tier); next < problem_.tiers; ++next) {
      Cost cost = send_cost(problem_.nodes[node], tier, static_cast<Tier>(next));
      for (const std::int32_t reader : readers_[node]) {
        cost = plus(cost, place_cost(problem_, index(reader), static_cast<Tier>(next)));
      }
      if (cheaper(cost, least)) least = cost;
    }
    return least;
  }

  const CutProblem& problem_;
  NodeLists readers_;
  Labels labels_;
  Labels reached_;  ///< by node: the outermost tier that has its output so far
};

/// The best labels offered; of equals the ones offered first.
class BestLabels {
 public:
  explicit BestLabels(const CutProblem& problem) : problem_(problem) {}

  void offer(const Labels& labels) {
    const Cost cost = cost_of(problem_, labels);
    if (!cheaper(cost, cost_)) return;
    cost_ = cost;
    labels_ = labels;
  }

  void offer_improved(const std::optional<Labels>& start) {
    constexpr int kMostSweeps = 10;
    if (!start || cost_of(problem_, *start) == kForbidden) return;
    internal::TierMoves moves(problem_, *start);
    moves.improve(kMostSweeps);
    offer(moves.labels());
  }

  bool found() const { return cost_ != kForbidden; }
  const Labels& labels() const { return labels_; }

 private:
  const CutProblem& problem_;
  Cost cost_ = kForbidden;
  Labels labels_;
};

class Hpa final : public Planner {
 public:
  const std::string& name() const override { return name_; }
  const std::string& summary() const override { return summary_; }
  bool three_tiers() const override { return true; }

 private:
  std::optional<Plan> do_plan(const PlanRequest& request, int exit) const override {
    const CutProblem problem = internal::cut_problem(request, exit);
    BestLabels best(problem);
    for (std::size_t tier = 0; tier < problem.tiers; ++tier) {
      Labels single(problem.nodes.size(), static_cast<Tier>(tier));
      single.front() = Tier::device;
      best.offer(single);
    }
    best.offer_improved(internal::chain_cut(problem, graph::cut_vertices(request.graph, exit)));
    best.offer_improved(LayerwisePlacement(problem).labels());
    if (!best.found()) return std::nullopt;
    return price_plan(request, exit,
                      tiers_by_unit(problem, best.labels(), request.graph.unit_count()));
  }

  const std::string name_ = "hpa";
  const std::string summary_ =
      "D3's heuristic: layer by layer, then single moves; never worse than one tier; O(n + m)";
};

}  // namespace

std::unique_ptr<Planner> make_hpa() { return std::make_unique<Hpa>(); }

}  // namespace branchline::planner
