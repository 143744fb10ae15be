#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "framework/planner/internal/cut_problem.h"
#include "framework/planner/transfer.h"

namespace branchline::planner::internal {

/// Time by stage. The downlink is none: it only carries the result.
using StageLoads = std::array<WideSum, 3>;
constexpr std::size_t kDeviceStage = 0, kUplinkStage = 1, kEdgeStage = 2;

StageLoads loads_of(const Transfer& way);
/// @param sign  1 or -1: adds or takes away
void add(StageLoads& loads, const StageLoads& more, int sign = 1);
WideSum weighted(const StageLoads& weights, const StageLoads& loads);

/// The placements of one exit on device and edge, with every way to send each value, and the best
/// plan offered so far: of those in time the one with the shortest longest stage.
class StageCandidates {
 public:
  StageCandidates(const PlanRequest& request, int exit);

  const CutProblem& problem() const noexcept { return problem_; }
  std::size_t size() const noexcept { return problem_.nodes.size(); }
  /// Raw first, then the codecs.
  const std::vector<Transfer>& ways(std::size_t node) const { return ways_[node]; }
  std::size_t cheapest_way(std::size_t node, const StageLoads& weights) const;

  /// Each crossing in its way of least weight. The first offer must be the quickest placement.
  /// @returns whether it is the best so far
  bool offer(const Labels& labels, const StageLoads& weights);
  /// @param way  by node: the place in ways(); nullopt: is not sent
  bool offer(const Labels& labels, const std::vector<std::optional<std::size_t>>& way);

  const std::optional<Plan>& best() const noexcept { return best_; }
  const Labels& best_labels() const noexcept { return best_labels_; }
  Nanoseconds longest() const noexcept { return longest_; }  ///< stage of the best

 private:
  bool wins(const Plan& plan, Nanoseconds longest) const;

  const PlanRequest& request_;
  int exit_;
  CutProblem problem_;
  std::vector<std::vector<Transfer>> ways_;  ///< by node
  std::optional<Plan> best_;
  Labels best_labels_;
  Nanoseconds longest_{0};
};

}  // namespace branchline::planner::internal
