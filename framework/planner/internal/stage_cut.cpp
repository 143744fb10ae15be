#include "framework/planner/internal/stage_cut.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <tuple>
#include <utility>
#include <vector>

#include "framework/planner/internal/exact_cut.h"
#include "framework/planner/plan_cost.h"
#include "framework/planner/stage_times.h"
#include "framework/planner/transfer.h"

namespace branchline::planner::internal {
namespace stage_search {

constexpr std::size_t kStages = 3;  // device, uplink, edge; the downlink only carries the result
constexpr std::size_t kDevice = 0, kUplink = 1, kEdge = 2;
constexpr int kWeightSteps = 32;
constexpr double kWeightUnit = 1 << 20;
constexpr int kMostBranchSteps = 100000;
constexpr std::size_t kMostBranchNodes = 2000;  // the branches are calls within calls
constexpr std::size_t kMostNodesMoved = 5'000'000;

using Loads = std::array<WideSum, kStages>;

Loads loads_of(const Transfer& way) {
  return {way.encode.count(), way.link.count(), way.decode.count()};
}

WideSum weighted(const Loads& weights, const Loads& loads) {
  return weights[0] * loads[0] + weights[1] * loads[1] + weights[2] * loads[2];
}

void add(Loads& loads, const Loads& more, int sign = 1) {
  for (std::size_t stage = 0; stage < kStages; ++stage) loads[stage] += sign * more[stage];
}

class StageSearch {
 public:
  StageSearch(const PlanRequest& request, int exit)
      : request_(request), exit_(exit), problem_(cut_problem(request, exit)) {
    const std::size_t count = problem_.nodes.size();
    for (std::size_t at = 0; at < count; ++at) {
      inputs_.emplace_back(problem_.inputs[at].begin(), problem_.inputs[at].end());
      const auto id = static_cast<std::size_t>(problem_.nodes[at].unit);
      const graph::Unit& unit = request.graph.units[id];
      ways_.push_back(transfers(request, unit, Tier::device, Tier::edge));
    }
    labels_.assign(count, Tier::device);
    sent_.assign(count, kNotSent);
    way_back_ =
        transfer_time(result_bytes(request, exit), request.link.downlink_bytes_per_s).count();
  }

  StageCut search() {
    const std::optional<ExactCut> quickest = exact_cut(problem_);
    if (!quickest) return {};
    offer(quickest->labels, {1, 1, 1});
    offer(Labels(problem_.nodes.size(), Tier::device), {1, 1, 1});
    adapt_weights();
    improve();
    suffix_ = suffix_bounds();
    if (labels_.size() <= kMostBranchNodes) {
      branch(0);
      found_.exact = steps_ < kMostBranchSteps;
    }
    if (found_.exact) found_.bound = stage_times(request_, *found_.plan).longest();
    return std::move(found_);
  }

 private:
  static constexpr int kNotSent = -1;

  // --- Candidates --------------------------------------------------------------------------------

  std::size_t cheapest_way(std::size_t at, const Loads& weights) const {
    const auto& ways = ways_[at];
    const auto least = std::min_element(
        ways.begin(), ways.end(), [&weights](const Transfer& a, const Transfer& b) {
          return weighted(weights, loads_of(a)) < weighted(weights, loads_of(b));
        });
    return static_cast<std::size_t>(least - ways.begin());
  }

  /// Offers the labels, each crossing in its way of least weight.
  bool offer(const Labels& labels, const Loads& weights) {
    std::vector<CrossingCodec> codecs;
    std::vector<bool> crosses(labels.size(), false);
    for (std::size_t at = 0; at < labels.size(); ++at) {
      for (const std::size_t input : inputs_[at]) {
        if (labels[input] < labels[at]) crosses[input] = true;
      }
    }
    for (std::size_t at = 0; at < labels.size(); ++at) {
      if (crosses[at]) list_codec(codecs, at, cheapest_way(at, weights));
    }
    return offer(labels, codecs);
  }

  void list_codec(std::vector<CrossingCodec>& codecs, std::size_t at, std::size_t way) const {
    const std::int32_t codec = ways_[at][way].codec;
    if (codec == Transfer::kRaw) return;
    const std::int32_t unit = problem_.nodes[at].unit;
    codecs.push_back({unit, 1,
                      request_.graph.units[static_cast<std::size_t>(unit)]
                          .codecs[static_cast<std::size_t>(codec)]
                          .name});
  }

  bool offer(const Labels& labels, const std::vector<CrossingCodec>& codecs) {
    std::optional<Plan> plan = price_plan(
        request_, exit_, tiers_by_unit(problem_, labels, request_.graph.unit_count()), codecs);
    if (!plan) return false;
    const Nanoseconds longest = stage_times(request_, *plan).longest();
    if (found_.plan && !wins(*plan, longest)) return false;
    longest_ = longest;
    best_labels_ = labels;
    found_.plan = std::move(plan);
    return true;
  }

  bool wins(const Plan& plan, Nanoseconds longest) const {
    // The quickest plan was the first: a later one that is late can only be of the same latency.
    if (!plan.feasible) return better(plan, *found_.plan);
    if (longest != longest_) return longest < longest_;
    return better(plan, *found_.plan);
  }

  // --- Weights of the stages ---------------------------------------------------------------------

  /// Multiplicative weights: what is busy longest weighs more in the next cut.
  void adapt_weights() {
    std::array<double, kStages> log_weight{};
    for (int step = 0; step < kWeightSteps; ++step) {
      const double highest = *std::max_element(log_weight.begin(), log_weight.end());
      Loads weights;
      for (std::size_t stage = 0; stage < kStages; ++stage) {
        weights[stage] = std::llround(kWeightUnit * std::exp(log_weight[stage] - highest));
      }
      const std::optional<Loads> loads = solve(weights);
      if (!loads) return;
      const auto longest = static_cast<double>(*std::max_element(loads->begin(), loads->end()));
      if (longest <= 0) return;
      const double rate = 2.0 / std::sqrt(1.0 + step);
      for (std::size_t stage = 0; stage < kStages; ++stage) {
        log_weight[stage] += rate * static_cast<double>((*loads)[stage]) / longest;
      }
    }
  }

  /// The cheapest placement under `weights`: a candidate and a bound.
  std::optional<Loads> solve(const Loads& weights) {
    CutProblem priced = problem_;
    for (std::size_t at = 0; at < priced.nodes.size(); ++at) {
      CutNode& node = priced.nodes[at];
      const auto weigh = [](Cost& cost, Cost value) {
        if (cost != kForbidden) cost = value;
      };
      weigh(node.compute[0], weights[kDevice] * node.compute[0]);
      weigh(node.compute[1], weights[kEdge] * node.compute[1]);
      weigh(node.send[0], weighted(weights, loads_of(ways_[at][cheapest_way(at, weights)])));
    }
    if (priced.crossing[0] != kForbidden) priced.crossing[0] = 0;
    const std::optional<ExactCut> cut = exact_cut(priced);
    if (!cut) return std::nullopt;
    offer(cut->labels, weights);
    const WideSum all = weights[0] + weights[1] + weights[2];
    const Nanoseconds bound = clamped_time((cut->cost + all - 1) / all);
    if (bound >= found_.bound) {
      found_.bound = bound;
      best_weights_ = weights;
    }
    return loads_under(cut->labels, weights);
  }

  Loads loads_under(const Labels& labels, const Loads& weights) const {
    Loads loads{};
    std::vector<bool> sent(labels.size(), false);
    for (std::size_t at = 0; at < labels.size(); ++at) {
      const bool device = labels[at] == Tier::device;
      loads[device ? kDevice : kEdge] += problem_.nodes[at].compute[device ? 0 : 1];
      for (const std::size_t input : inputs_[at]) {
        const bool crosses = labels[input] < labels[at] && !sent[input];
        if (!crosses) continue;
        sent[input] = true;
        add(loads, loads_of(ways_[input][cheapest_way(input, weights)]));
      }
    }
    return loads;
  }

  // --- Moves -------------------------------------------------------------------------------------

  bool may_move(std::size_t at) const {
    const Tier now = best_labels_[at];
    if (at == 0) return false;
    if (now == Tier::edge) {
      return std::all_of(inputs_[at].begin(), inputs_[at].end(),
                         [this](std::size_t input) { return best_labels_[input] == Tier::device; });
    }
    for (std::size_t reader = at + 1; reader < inputs_.size(); ++reader) {
      const auto& inputs = inputs_[reader];
      const bool reads = std::find(inputs.begin(), inputs.end(), at) != inputs.end();
      if (reads && best_labels_[reader] == Tier::device) return false;
    }
    return true;
  }

  void improve() {
    std::size_t trials = kMostNodesMoved / best_labels_.size();
    for (bool improved = true; improved && longest_ > found_.bound;) {
      improved = false;
      for (std::size_t at = 0; at < best_labels_.size(); ++at) {
        const bool runs =
            problem_.nodes[at].compute[best_labels_[at] == Tier::edge ? 0 : 1] != kForbidden;
        if (trials == 0) return;
        if (!runs || !may_move(at)) continue;
        --trials;
        Labels moved = best_labels_;
        moved[at] = moved[at] == Tier::edge ? Tier::device : Tier::edge;
        improved = offer(moved, best_weights_) || improved;
      }
    }
  }

  // --- Branch and bound --------------------------------------------------------------------------

  /// By node: what it and the later ones weigh at least.
  std::vector<WideSum> suffix_bounds() const {
    std::vector<WideSum> bounds(problem_.nodes.size() + 1, 0);
    for (std::size_t at = problem_.nodes.size(); at > 0; --at) {
      const CutNode& node = problem_.nodes[at - 1];
      const Cost on_device = node.compute[0], on_edge = node.compute[1];
      WideSum least = 0;
      if (on_device == kForbidden) {
        least = best_weights_[kEdge] * on_edge;
      } else {
        least = best_weights_[kDevice] * on_device;
        if (on_edge != kForbidden) least = std::min(least, best_weights_[kEdge] * on_edge);
      }
      bounds[at - 1] = bounds[at] + least;
    }
    return bounds;
  }

  /// Whether the nodes placed so far leave room for a plan that wins.
  bool hopeless(std::size_t placed) const {
    const WideSum best = longest_.count();
    if (*std::max_element(loads_.begin(), loads_.end()) >= best) return true;
    const WideSum all = best_weights_[0] + best_weights_[1] + best_weights_[2];
    if (weighted(best_weights_, loads_) + suffix_[placed] > (best - 1) * all) return true;
    const WideSum latency = loads_[0] + loads_[1] + loads_[2];
    return request_.deadline && found_.plan->feasible && latency > request_.deadline->count();
  }

  void branch(std::size_t at) {
    if (++steps_ >= kMostBranchSteps || hopeless(at)) return;
    if (at == labels_.size()) return finish();
    const auto on_edge = [this](std::size_t input) { return labels_[input] == Tier::edge; };
    const bool edge_only = std::any_of(inputs_[at].begin(), inputs_[at].end(), on_edge);
    const Cost device = problem_.nodes[at].compute[0], edge = problem_.nodes[at].compute[1];
    if (!edge_only && device != kForbidden) {
      loads_[kDevice] += device;
      branch(at + 1);
      loads_[kDevice] -= device;
    }
    if (edge != kForbidden && problem_.crossing[0] != kForbidden) {
      loads_[kEdge] += edge;
      labels_[at] = Tier::edge;
      send_inputs(at, 0);
      labels_[at] = Tier::device;
      loads_[kEdge] -= edge;
    }
  }

  /// Every way to send what the node reads and the edge does not have.
  void send_inputs(std::size_t at, std::size_t place) {
    if (place == inputs_[at].size()) return branch(at + 1);
    const std::size_t input = inputs_[at][place];
    if (labels_[input] == Tier::edge || sent_[input] != kNotSent) {
      return send_inputs(at, place + 1);
    }
    if (problem_.nodes[input].send[0] == kForbidden) return;
    for (std::size_t way = 0; way < ways_[input].size(); ++way) {
      add(loads_, loads_of(ways_[input][way]));
      sent_[input] = static_cast<int>(way);
      send_inputs(at, place + 1);
      add(loads_, loads_of(ways_[input][way]), -1);
    }
    sent_[input] = kNotSent;
  }

  void finish() {
    if (labels_.back() == Tier::edge && way_back_ >= longest_.count()) return;
    std::vector<CrossingCodec> codecs;
    for (std::size_t at = 0; at < sent_.size(); ++at) {
      if (sent_[at] != kNotSent) list_codec(codecs, at, static_cast<std::size_t>(sent_[at]));
    }
    offer(labels_, codecs);
  }

  const PlanRequest& request_;
  int exit_;
  CutProblem problem_;
  std::vector<std::vector<std::size_t>> inputs_;  ///< by node
  std::vector<std::vector<Transfer>> ways_;       ///< by node
  WideSum way_back_ = 0;
  StageCut found_;
  Labels best_labels_;
  Nanoseconds longest_{0};  ///< of found_.plan
  Loads best_weights_ = {1, 1, 1};
  std::vector<WideSum> suffix_;
  Labels labels_;          ///< of the branch
  std::vector<int> sent_;  ///< of the branch: the way by node
  Loads loads_{};          ///< of the branch
  int steps_ = 0;
};

}  // namespace stage_search

StageCut stage_cut(const PlanRequest& request, int exit) {
  return stage_search::StageSearch(request, exit).search();
}

}  // namespace branchline::planner::internal
