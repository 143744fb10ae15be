#include "framework/planner/internal/capped_cut.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "framework/base/error.h"
#include "framework/planner/internal/exact_cut.h"
#include "framework/planner/internal/lower_hull.h"
#include "framework/planner/plan_cost.h"
#include "framework/planner/transfer.h"

namespace branchline::planner::internal {
namespace {

using Placement = std::vector<std::optional<Tier>>;

constexpr WideSum kMostCapped = WideSum{1} << 40;
constexpr std::size_t kMostNodesMovedWithinCaps = 5'000'000;
constexpr std::size_t kTotalTime = 0, kTotalLoss = 1, kTotalBytes = 2;

const graph::Unit& unit_behind(const PlanRequest& request, const CutNode& node) {
  return request.graph.units[static_cast<std::size_t>(node.unit)];
}

HullPoint uses(const Transfer& way, std::size_t hop) {
  return {clamped(way.time()), way.loss_millionths, hop == 0 ? way.bytes : 0};
}

WideSum weighed(const HullWeights& weights, const HullPoint& point) {
  return weights[0] * point[0] + weights[1] * point[1] + weights[2] * point[2];
}

class CappedSearch {
 public:
  CappedSearch(const PlanRequest& request, int exit)
      : request_(request), exit_(exit), problem_(cut_problem(request, exit)) {
    ways_.resize(problem_.nodes.size());
    for (std::size_t at = 0; at < problem_.nodes.size(); ++at) {
      for (std::size_t hop = 0; hop + 1 < problem_.tiers; ++hop) {
        ways_[at].push_back(transfers(request_, unit_behind(request_, problem_.nodes[at]),
                                      static_cast<Tier>(hop), static_cast<Tier>(hop + 1)));
      }
    }
    check_sums();
  }

  CappedCut search() {
    const std::optional<HullAnswer> fastest = cheapest({1, 0, 0});
    if (!fastest) return std::move(found_);
    lower_hull([this](const HullWeights& weights) { return *cheapest(weights); });
    if (found_.plan) improve();
    return std::move(found_);
  }

 private:
  /// The hull's coordinates must fit.
  void check_sums() const {
    HullPoint most{};
    WideSum time = 0, loss = 0, bytes = 0;
    for (std::size_t at = 0; at < problem_.nodes.size(); ++at) {
      for (const Cost cost : problem_.nodes[at].compute) time += std::max<Cost>(cost, 0);
      for (std::size_t hop = 0; hop + 1 < problem_.tiers; ++hop) {
        most = {};
        for (const Transfer& way : ways_[at][hop]) {
          const HullPoint use = uses(way, hop);
          for (std::size_t part = 0; part < 3; ++part) most[part] = std::max(most[part], use[part]);
        }
        time += most[kTotalTime];
        loss += most[kTotalLoss];
        bytes += most[kTotalBytes];
      }
    }
    for (const Cost cost : problem_.crossing) time += std::max<Cost>(cost, 0);
    if (time < kMostCapped && loss < kMostCapped && bytes < kMostCapped) return;
    throw InputError("its times, losses or bytes add up to 2^40 or more (18 minutes, 1 TB)",
                     "graph '" + request_.graph.name + "'", "plan without caps");
  }

  std::size_t cheapest_way(std::size_t at, std::size_t hop, const HullWeights& weights) const {
    const std::vector<Transfer>& ways = ways_[at][hop];
    const auto least =
        std::min_element(ways.begin(), ways.end(), [&](const Transfer& a, const Transfer& b) {
          return weighed(weights, uses(a, hop)) < weighed(weights, uses(b, hop));
        });
    return static_cast<std::size_t>(least - ways.begin());
  }

  CutProblem weighed_problem(const HullWeights& weights) const {
    CutProblem weighed_problem = problem_;
    const auto times = [&weights](Cost cost) {
      return cost == kForbidden ? kForbidden : weights[kTotalTime] * cost;
    };
    for (std::size_t at = 0; at < problem_.nodes.size(); ++at) {
      CutNode& node = weighed_problem.nodes[at];
      for (Cost& cost : node.compute) cost = times(cost);
      for (std::size_t hop = 0; hop + 1 < problem_.tiers; ++hop) {
        if (node.send[hop] == kForbidden) continue;
        node.send[hop] =
            weighed(weights, uses(ways_[at][hop][cheapest_way(at, hop, weights)], hop));
      }
    }
    for (Cost& cost : weighed_problem.crossing) cost = times(cost);
    return weighed_problem;
  }

  /// The cheapest placement for these prices; offers it as a plan and learns a bound from it.
  std::optional<HullAnswer> cheapest(const HullWeights& weights) {
    ++found_.min_cuts;
    const std::optional<ExactCut> cut = exact_cut(weighed_problem(weights));
    if (!cut) return std::nullopt;
    const HullPoint point = point_of(cut->labels, weights);
    learn_bound(weights, point);
    offer(tiers_by_unit(problem_, cut->labels, request_.graph.unit_count()));
    return HullAnswer{static_cast<std::size_t>(found_.min_cuts), point};
  }

  HullPoint point_of(const Labels& labels, const HullWeights& weights) const {
    HullPoint point{};
    const auto add_time = [&point](Cost cost) { point[kTotalTime] += clamped(cost); };
    std::vector<Tier> outermost = labels;
    for (std::size_t at = 0; at < labels.size(); ++at) {
      add_time(problem_.nodes[at].compute[static_cast<std::size_t>(labels[at])]);
      for (const std::int32_t input : problem_.inputs[at]) {
        Tier& reached = outermost[static_cast<std::size_t>(input)];
        reached = std::max(reached, labels[at]);
      }
    }
    for (std::size_t at = 0; at < labels.size(); ++at) {
      for (auto hop = static_cast<std::size_t>(labels[at]);
           hop < static_cast<std::size_t>(outermost[at]); ++hop) {
        const HullPoint use = uses(ways_[at][hop][cheapest_way(at, hop, weights)], hop);
        for (std::size_t part = 0; part < 3; ++part) point[part] += use[part];
      }
    }
    for (std::size_t hop = 0; hop < static_cast<std::size_t>(labels.back()); ++hop) {
      add_time(problem_.crossing[hop]);
    }
    return point;
  }

  /// Within the caps w·(time, loss, bytes) is at most w_time·time plus what the caps weigh, and at
  /// least what the cheapest placement of all weighs.
  void learn_bound(const HullWeights& weights, const HullPoint& point) {
    if (weights[kTotalTime] == 0) return;
    if (!request_.max_accuracy_loss && weights[kTotalLoss] > 0) return;
    if (!request_.max_uplink_bytes && weights[kTotalBytes] > 0) return;
    WideSum least = weighed(weights, point);
    if (request_.max_accuracy_loss) {
      least -= weights[kTotalLoss] * millionths(*request_.max_accuracy_loss);
    }
    if (request_.max_uplink_bytes) least -= weights[kTotalBytes] * *request_.max_uplink_bytes;
    if (least <= 0) return;
    const WideSum time = (least + weights[kTotalTime] - 1) / weights[kTotalTime];
    found_.bound = std::max(found_.bound, clamped_time(time));
  }

  bool offer(const Placement& tier) {
    std::optional<Plan> plan = price_plan(request_, exit_, tier);
    if (!plan || (found_.plan && !better(*plan, *found_.plan))) return false;
    found_.plan = std::move(plan);
    return true;
  }

  /// Moves single units to other tiers while that helps.
  void improve() {
    std::size_t trials = kMostNodesMovedWithinCaps / problem_.nodes.size();
    bool improved = true;
    while (improved && found_.plan->predicted > found_.bound) {
      improved = false;
      for (const CutNode& node : problem_.nodes) {
        for (std::size_t tier = 0; tier < problem_.tiers && node.unit != 0; ++tier) {
          if (trials == 0) return;
          --trials;
          Placement moved = found_.plan->tier;
          moved[static_cast<std::size_t>(node.unit)] = static_cast<Tier>(tier);
          improved = (flows_outwards(moved) && offer(moved)) || improved;
        }
      }
    }
  }

  bool flows_outwards(const Placement& tier) const {
    for (const CutNode& node : problem_.nodes) {
      for (const graph::ValueId& input : unit_behind(request_, node).inputs) {
        const bool back = *tier[static_cast<std::size_t>(input.unit)] >
                          *tier[static_cast<std::size_t>(node.unit)];
        if (back) return false;
      }
    }
    return true;
  }

  const PlanRequest& request_;
  int exit_;
  CutProblem problem_;
  std::vector<std::vector<std::vector<Transfer>>> ways_;  ///< by node and hop
  CappedCut found_;
};

}  // namespace

CappedCut capped_cut(const PlanRequest& request, int exit) {
  return CappedSearch(request, exit).search();
}

}  // namespace branchline::planner::internal
