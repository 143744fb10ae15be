#include "framework/planner/internal/stage_cut.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "framework/planner/internal/exact_cut.h"
#include "framework/planner/internal/stage_branches.h"
#include "framework/planner/internal/stage_candidates.h"

namespace branchline::planner::internal {
namespace {

constexpr int kWeightSteps = 32;
constexpr double kWeightUnit = 1 << 20;
constexpr std::size_t kMostNodesMoved = 5'000'000;

class StageSearch {
 public:
  StageSearch(const PlanRequest& request, int exit)
      : request_(request),
        exit_(exit),
        candidates_(request, exit),
        problem_(candidates_.problem()),
        readers_(readers_of(problem_)) {}

  StageCut search() {
    const std::optional<ExactCut> quickest = exact_cut(problem_);
    if (!quickest) return {};
    candidates_.offer(quickest->labels, best_weights_);
    candidates_.offer(Labels(candidates_.size(), Tier::device), best_weights_);
    adapt_weights();
    improve();
    const bool exact = try_all_branches(request_, exit_, best_weights_, candidates_);
    return {candidates_.best(), exact ? candidates_.longest() : bound_, exact};
  }

 private:
  /// Multiplicative weights: what is busy longest weighs more in the next cut.
  void adapt_weights() {
    std::array<double, 3> log_weight{};
    for (int step = 0; step < kWeightSteps; ++step) {
      const double highest = *std::max_element(log_weight.begin(), log_weight.end());
      StageLoads weights;
      for (std::size_t stage = 0; stage < weights.size(); ++stage) {
        weights[stage] = std::llround(kWeightUnit * std::exp(log_weight[stage] - highest));
      }
      const std::optional<StageLoads> loads = solve(weights);
      if (!loads) return;
      const auto longest = static_cast<double>(*std::max_element(loads->begin(), loads->end()));
      if (longest <= 0) return;
      const double rate = 2.0 / std::sqrt(1.0 + step);
      for (std::size_t stage = 0; stage < loads->size(); ++stage) {
        log_weight[stage] += rate * static_cast<double>((*loads)[stage]) / longest;
      }
    }
  }

  /// The cheapest placement under `weights`: a candidate and a bound.
  std::optional<StageLoads> solve(const StageLoads& weights) {
    CutProblem priced = problem_;
    for (std::size_t at = 0; at < priced.nodes.size(); ++at) {
      CutNode& node = priced.nodes[at];
      const auto weigh = [](Cost& cost, Cost value) {
        if (cost != kForbidden) cost = value;
      };
      weigh(node.compute[0], weights[kDeviceStage] * node.compute[0]);
      weigh(node.compute[1], weights[kEdgeStage] * node.compute[1]);
      weigh(node.send[0], weighted(weights, cheapest_loads(at, weights)));
    }
    if (priced.crossing[0] != kForbidden) priced.crossing[0] = 0;
    const std::optional<ExactCut> cut = exact_cut(priced);
    if (!cut) return std::nullopt;
    candidates_.offer(cut->labels, weights);
    const WideSum all = weights[0] + weights[1] + weights[2];
    const Nanoseconds bound = clamped_time((cut->cost + all - 1) / all);
    if (bound >= bound_) {
      bound_ = bound;
      best_weights_ = weights;
    }
    return loads_under(cut->labels, weights);
  }

  StageLoads cheapest_loads(std::size_t node, const StageLoads& weights) const {
    return loads_of(candidates_.ways(node)[candidates_.cheapest_way(node, weights)]);
  }

  StageLoads loads_under(const Labels& labels, const StageLoads& weights) const {
    StageLoads loads{};
    const Labels outermost = outermost_readers(problem_, labels);
    for (std::size_t at = 0; at < labels.size(); ++at) {
      const bool device = labels[at] == Tier::device;
      loads[device ? kDeviceStage : kEdgeStage] += problem_.nodes[at].compute[device ? 0 : 1];
      if (outermost[at] != labels[at]) add(loads, cheapest_loads(at, weights));
    }
    return loads;
  }

  /// To the other tier, alone and without data that flows back.
  bool may_move(std::size_t at) const {
    const Labels& labels = candidates_.best_labels();
    const bool inwards = labels[at] == Tier::edge;
    if (at == 0 || problem_.nodes[at].compute[inwards ? 0 : 1] == kForbidden) return false;
    const auto neighbours = inwards ? problem_.inputs[at] : readers_[at];
    return std::none_of(neighbours.begin(), neighbours.end(), [&](std::int32_t neighbour) {
      return labels[static_cast<std::size_t>(neighbour)] == labels[at];
    });
  }

  void improve() {
    std::size_t trials = kMostNodesMoved / candidates_.size();
    for (bool improved = true; improved && candidates_.longest() > bound_;) {
      improved = false;
      for (std::size_t at = 0; at < candidates_.size(); ++at) {
        if (trials == 0) return;
        if (!may_move(at)) continue;
        --trials;
        Labels moved = candidates_.best_labels();
        moved[at] = moved[at] == Tier::edge ? Tier::device : Tier::edge;
        improved = candidates_.offer(moved, best_weights_) || improved;
      }
    }
  }

  const PlanRequest& request_;
  int exit_;
  StageCandidates candidates_;
  const CutProblem& problem_;
  NodeLists readers_;
  StageLoads best_weights_ = {1, 1, 1};
  Nanoseconds bound_{0};
};

}  // namespace

StageCut stage_cut(const PlanRequest& request, int exit) {
  return StageSearch(request, exit).search();
}

}  // namespace branchline::planner::internal
