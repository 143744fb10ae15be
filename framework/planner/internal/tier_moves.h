#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "framework/planner/internal/cut_problem.h"

namespace branchline::planner::internal {

/// Labels that are changed a node at a time, with the cost of each change at hand: per node how
/// many of its readers stand on each tier, so that a change costs O(the node's inputs), however
/// many readers those have. No data flows back.
class TierMoves {
 public:
  /// @param labels  not forbidden
  TierMoves(const CutProblem& problem, Labels labels);

  /// From the last node to the first, each on the cheapest tier between its inputs' and its
  /// readers', of equals on the lowest; until nothing changes or `most_sweeps` are done.
  void improve(int most_sweeps);

  const Labels& labels() const noexcept { return labels_; }

 private:
  bool settle(std::size_t node);
  /// What depends on the node's tier; the node itself is in none of the counts.
  Cost cost_on(std::size_t node, Tier tier) const;
  void count(std::size_t node, int by);

  const CutProblem& problem_;
  Labels labels_;
  std::vector<std::array<std::int32_t, 3>> readers_;  ///< by node, by tier
};

}  // namespace branchline::planner::internal
