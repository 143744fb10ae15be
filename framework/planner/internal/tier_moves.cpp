#include "framework/planner/internal/tier_moves.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace branchline::planner::internal {
namespace {

using ReaderCount = std::array<std::int32_t, 3>;

Tier outermost_reader(const ReaderCount& readers) {
  return readers[2] > 0 ? Tier::cloud : readers[1] > 0 ? Tier::edge : Tier::device;
}

Tier innermost_reader(const ReaderCount& readers) {
  return readers[0] > 0 ? Tier::device : readers[1] > 0 ? Tier::edge : Tier::cloud;
}

}  // namespace

TierMoves::TierMoves(const CutProblem& problem, Labels labels)
    : problem_(problem), labels_(std::move(labels)), readers_(problem.nodes.size()) {
  for (std::size_t node = 0; node < labels_.size(); ++node) count(node, 1);
}

void TierMoves::improve(int most_sweeps) {
  bool changed = true;
  for (int sweep = 0; sweep < most_sweeps && changed; ++sweep) {
    changed = false;
    for (std::size_t node = labels_.size(); node-- > 1;) changed = settle(node) || changed;
  }
}

bool TierMoves::settle(std::size_t node) {
  Tier lowest = Tier::device;
  for (const std::int32_t input : problem_.inputs[node]) {
    lowest = std::max(lowest, labels_[static_cast<std::size_t>(input)]);
  }
  const Tier highest =
      std::min(innermost_reader(readers_[node]), static_cast<Tier>(problem_.tiers - 1));
  if (lowest == highest) return false;
  count(node, -1);
  const Tier before = labels_[node];
  Cost least = kForbidden;
  for (auto tier = static_cast<std::size_t>(lowest); tier <= static_cast<std::size_t>(highest);
       ++tier) {
    const Cost cost = cost_on(node, static_cast<Tier>(tier));
    if (cost == kForbidden || (least != kForbidden && cost >= least)) continue;
    least = cost;
    labels_[node] = static_cast<Tier>(tier);
  }
  count(node, 1);
  return labels_[node] != before;
}

Cost TierMoves::cost_on(std::size_t node, Tier tier) const {
  Cost cost = plus(place_cost(problem_, node, tier),
                   send_cost(problem_.nodes[node], tier, outermost_reader(readers_[node])));
  for (const std::int32_t input : problem_.inputs[node]) {
    const auto producer = static_cast<std::size_t>(input);
    const Tier reached = std::max(tier, outermost_reader(readers_[producer]));
    cost = plus(cost, send_cost(problem_.nodes[producer], labels_[producer], reached));
  }
  return cost;
}

void TierMoves::count(std::size_t node, int by) {
  for (const std::int32_t input : problem_.inputs[node]) {
    readers_[static_cast<std::size_t>(input)][static_cast<std::size_t>(labels_[node])] += by;
  }
}

}  // namespace branchline::planner::internal
