#include "framework/planner/algorithms/dads_heavy.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <set>
#include <utility>
#include <vector>

#include "framework/planner/internal/exact_cut.h"
#include "framework/planner/plan_cost.h"
#include "framework/planner/stage_times.h"

namespace branchline::planner {
namespace {

using internal::Cost;
using internal::CutProblem;
using internal::kForbidden;
using internal::Labels;
using internal::plus;

/// Weights of device and edge against the link's kLinkWeight; 0: the tier is free.
struct StageWeights {
  Cost device = 0, edge = 0;
};

constexpr Cost kLinkWeight = Cost{1} << 16;

/// A factor by which weights are varied.
struct GridStep {
  Cost up = 1, down = 1;
};

/// Coarse to fine: half, a quarter … of the last one's octaves.
constexpr std::array<GridStep, 7> kGridSteps = {
    {{256, 1}, {16, 1}, {4, 1}, {2, 1}, {3, 2}, {5, 4}, {9, 8}}};

class HeavyLoadSearch {
 public:
  HeavyLoadSearch(const PlanRequest& request, int exit)
      : request_(request), exit_(exit), problem_(internal::cut_problem(request, exit)) {}

  std::optional<Plan> best() {
    try_weights({kLinkWeight, kLinkWeight});
    try_weights({0, kLinkWeight});  // all that can stays on the device
    try_weights({kLinkWeight, 0});
    for (const GridStep& step : kGridSteps) search_around(step);
    try_cut_vertices();
    move_single_units();
    return best_;
  }

 private:
  static std::size_t index(std::int32_t node) { return static_cast<std::size_t>(node); }

  void search_around(const GridStep& step) {
    const StageWeights centre = best_weights_;
    const auto varied = [&step](Cost weight, int direction) {
      if (direction == 0) return weight;
      return direction > 0 ? weight * step.up / step.down : weight * step.down / step.up;
    };
    for (const int device : {-1, 0, 1}) {
      for (const int edge : {-1, 0, 1}) {
        try_weights({varied(centre.device, device), varied(centre.edge, edge)});
      }
    }
  }

  void try_weights(const StageWeights& weights) {
    if (!tried_.insert({weights.device, weights.edge}).second) return;
    CutProblem weighted = problem_;
    const auto scale = [](Cost& cost, Cost weight) {
      if (cost != kForbidden) cost *= weight;
    };
    for (internal::CutNode& node : weighted.nodes) {
      scale(node.compute[0], weights.device);
      scale(node.compute[1], weights.edge);
      scale(node.send[0], kLinkWeight);
    }
    scale(weighted.crossing[0], 0);
    const std::optional<Labels> labels =
        internal::cut_labels(weighted, internal::FlowBack::forbidden);
    if (labels && offer(*labels)) best_weights_ = weights;
  }

  /// The best cut behind a single cut vertex: no weights find it when its stages lie inside the
  /// convex hull of the others'. The result's way back is the same for all of them.
  void try_cut_vertices() {
    const std::size_t count = problem_.nodes.size();
    std::vector<Cost> edge_behind(count, 0);
    for (std::size_t at = count; at-- > 1;) {
      edge_behind[at - 1] = plus(edge_behind[at], problem_.nodes[at].compute[1]);
    }
    Cost device = 0, least = kForbidden;
    std::size_t best_cut = 0, at = 0;
    for (const std::int32_t cut : graph::cut_vertices(request_.graph, exit_)) {
      do {
        device = plus(device, problem_.nodes[at].compute[0]);
      } while (problem_.nodes[at++].unit != cut);
      const Cost send = problem_.nodes[at - 1].send[0];
      if (plus(plus(device, send), edge_behind[at - 1]) == kForbidden) continue;
      const Cost longest = std::max({device, send, edge_behind[at - 1]});
      if (least != kForbidden && longest >= least) continue;
      least = longest;
      best_cut = at;
    }
    if (least == kForbidden) return;
    Labels labels(count, Tier::edge);
    std::fill_n(labels.begin(), best_cut, Tier::device);
    offer(labels);
  }

  /// @returns whether it is the best so far.
  bool offer(const Labels& labels) {
    std::optional<Plan> plan = price_plan(
        request_, exit_, internal::tiers_by_unit(problem_, labels, request_.graph.unit_count()));
    if (!plan) return false;
    const Nanoseconds longest = stage_times(request_, *plan).longest();
    const bool wins =
        !best_ || longest < longest_ || (longest == longest_ && better(*plan, *best_));
    if (!wins) return false;
    longest_ = longest;
    best_ = std::move(plan);
    best_labels_ = labels;
    return true;
  }

  /// Moves one unit at a time across the cut, as long as that shortens the longest stage. Each
  /// trial prices a whole plan, so only small graphs are worth it: the grid serves the others.
  void move_single_units() {
    constexpr std::size_t kMostUnits = 64;
    const std::size_t count = problem_.nodes.size();
    if (!best_ || count > kMostUnits) return;
    for (bool moved = true; moved;) {
      moved = false;
      for (std::size_t at = 1; at < count; ++at) {
        Labels labels = best_labels_;
        labels[at] = labels[at] == Tier::device ? Tier::edge : Tier::device;
        moved = (flows_outwards(labels) && offer(labels)) || moved;
      }
    }
  }

  bool flows_outwards(const Labels& labels) const {
    for (std::size_t at = 0; at < labels.size(); ++at) {
      for (const std::int32_t input : problem_.inputs[at]) {
        if (labels[index(input)] > labels[at]) return false;
      }
    }
    return true;
  }

  const PlanRequest& request_;
  int exit_;
  CutProblem problem_;
  std::set<std::pair<Cost, Cost>> tried_;
  StageWeights best_weights_{kLinkWeight, kLinkWeight};
  Nanoseconds longest_{0};
  std::optional<Plan> best_;
  Labels best_labels_;
};

class DadsHeavy final : public Planner {
 public:
  const std::string& name() const override { return name_; }
  const std::string& summary() const override { return summary_; }

 private:
  std::optional<Plan> do_plan(const PlanRequest& request, int exit) const override {
    return HeavyLoadSearch(request, exit).best();
  }

  const std::string name_ = "dads-heavy";
  const std::string summary_ =
      "DADS for a heavy load: least longest stage, for streams; a heuristic of some 60 min-cuts";
};

}  // namespace

std::unique_ptr<Planner> make_dads_heavy() { return std::make_unique<DadsHeavy>(); }

}  // namespace branchline::planner
