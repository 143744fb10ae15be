#include "framework/planner/algorithms/pipeline.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "framework/planner/internal/exact_cut.h"
#include "framework/planner/plan_cost.h"
#include "framework/planner/scheduled_plan.h"

namespace branchline::planner {
namespace {

using internal::Cost;
using internal::CutNode;
using internal::CutProblem;
using internal::kForbidden;
using internal::Labels;

/// Quarters of the uploads' true cost for which the cut is solved: 4 is the exact cut, 0 hides all.
constexpr std::array<int, 4> kUploadQuarters = {4, 2, 1, 0};

/// Moves tried at most from one cut: a wide cut of a large graph has many.
constexpr int kMostMoves = 64;

class JointSearch {
 public:
  JointSearch(const PlanRequest& request, int exit)
      : request_(request), exit_(exit), problem_(internal::cut_problem(request, exit)) {}

  std::optional<Plan> best() {
    for (const int quarters : kUploadQuarters) {
      CutProblem problem = problem_;
      for (CutNode& node : problem.nodes) {
        for (Cost& send : node.send) send = send == kForbidden ? send : send * quarters / 4;
      }
      const std::optional<internal::ExactCut> cut = internal::exact_cut(problem);
      if (!cut) return std::nullopt;
      climb_from(cut->labels);
    }
    return best_;
  }

 private:
  static std::size_t at(std::int32_t node) { return static_cast<std::size_t>(node); }

  /// nullopt when the labels have been tried or cannot run.
  std::optional<Plan> schedule_once(const Labels& labels) {
    if (!tried_.insert(labels).second) return std::nullopt;
    std::optional<Plan> plan = price_plan(
        request_, exit_, internal::tiers_by_unit(problem_, labels, request_.graph.unit_count()));
    if (plan) plan = scheduled(request_, *std::move(plan), Scheduler::dag);
    return plan;
  }

  void climb_from(Labels labels) {
    std::optional<Plan> here = schedule_once(labels);
    if (!here) return;
    for (moves_ = 0; moves_ < kMostMoves && move_one_unit(labels, *here);) {
    }
    if (!best_ || better(*here, *best_)) best_ = std::move(here);
  }

  /// The first move that helps: a unit one tier out, with all that then must go along, or one in.
  bool move_one_unit(Labels& labels, Plan& here) {
    for (std::size_t node = 1; node < labels.size(); ++node) {
      for (const int step : {1, -1}) {
        const int to = static_cast<int>(labels[node]) + step;
        if (to < 0 || to >= static_cast<int>(problem_.tiers)) continue;
        const auto tier = static_cast<Tier>(to);
        Labels moved = step > 0 ? moved_out(labels, node, tier) : moved_in(labels, node, tier);
        std::optional<Plan> plan = schedule_once(moved);
        if (!plan) continue;
        if (better(*plan, here)) {
          labels = std::move(moved);
          here = *std::move(plan);
          return true;
        }
        if (++moves_ >= kMostMoves) return false;
      }
    }
    return false;
  }

  Labels moved_out(Labels labels, std::size_t node, Tier to) const {
    labels[node] = to;
    for (std::size_t after = node + 1; after < labels.size(); ++after) {
      for (const std::int32_t input : problem_.inputs[after]) {
        labels[after] = std::max(labels[after], labels[at(input)]);
      }
    }
    return labels;
  }

  Labels moved_in(Labels labels, std::size_t node, Tier to) const {
    labels[node] = to;
    for (std::size_t after = node; after > 0; --after) {
      for (const std::int32_t input : problem_.inputs[after]) {
        labels[at(input)] = std::min(labels[at(input)], labels[after]);
      }
    }
    return labels;
  }

  const PlanRequest& request_;
  int exit_;
  CutProblem problem_;
  std::set<Labels> tried_;
  int moves_ = 0;  ///< tried in vain from the present start
  std::optional<Plan> best_;
};

class Pipeline final : public Planner {
 public:
  const std::string& name() const override { return name_; }
  const std::string& summary() const override { return summary_; }
  bool three_tiers() const override { return true; }

 private:
  std::optional<Plan> do_plan(const PlanRequest& request, int exit) const override {
    return JointSearch(request, exit).best();
  }

  const std::string name_ = "pipeline";
  const std::string summary_ =
      "cut and schedule together, uploads overlapped with compute; never slower than pipeline-dag";
};

}  // namespace

std::unique_ptr<Planner> make_pipeline() { return std::make_unique<Pipeline>(); }

}  // namespace branchline::planner
