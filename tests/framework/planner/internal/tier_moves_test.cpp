#include "framework/planner/internal/tier_moves.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "tests/support/random_requests.h"

namespace branchline::planner::internal {
namespace {

using testing::RandomRequest;

constexpr int kUntilNothingChanges = 1000;

/// Each node on a tier that neither sends data back nor cannot run it; may be forbidden all the
/// same, when a value would have to travel that cannot.
Labels random_labels(const CutProblem& problem, std::mt19937& random) {
  Labels labels(problem.nodes.size(), Tier::device);
  for (std::size_t at = 1; at < labels.size(); ++at) {
    int lowest = 0;
    for (const std::int32_t input : problem.inputs[at]) {
      lowest = std::max(lowest, static_cast<int>(labels[static_cast<std::size_t>(input)]));
    }
    const int outermost = static_cast<int>(problem.tiers) - 1;
    labels[at] = static_cast<Tier>(std::uniform_int_distribution<int>(lowest, outermost)(random));
  }
  return labels;
}

bool flows_back(const CutProblem& problem, const Labels& labels) {
  for (std::size_t at = 0; at < labels.size(); ++at) {
    for (const std::int32_t input : problem.inputs[at]) {
      if (labels[static_cast<std::size_t>(input)] > labels[at]) return true;
    }
  }
  return false;
}

/// Whether another tier for one node costs less, by cost_of alone.
bool one_move_helps(const CutProblem& problem, const Labels& labels) {
  const Cost cost = cost_of(problem, labels);
  for (std::size_t at = 0; at < labels.size(); ++at) {
    for (std::size_t tier = 0; tier < problem.tiers; ++tier) {
      Labels moved = labels;
      moved[at] = static_cast<Tier>(tier);
      if (flows_back(problem, moved)) continue;
      const Cost other = cost_of(problem, moved);
      if (other != kForbidden && other < cost) return true;
    }
  }
  return false;
}

TEST(TierMoves, EndWhereNoSingleMoveHelps) {
  int started = 0, moved = 0;
  for (std::uint32_t seed = 0; seed < 6000; ++seed) {
    SCOPED_TRACE(seed);
    const RandomRequest request(seed, seed % 2 == 0 ? 3 : 2, 12);
    const CutProblem problem = cut_problem(request.request, 0);
    std::mt19937 random(seed);
    const Labels start = random_labels(problem, random);
    const Cost before = cost_of(problem, start);
    if (before == kForbidden) continue;
    TierMoves moves(problem, start);
    moves.improve(kUntilNothingChanges);
    ASSERT_FALSE(flows_back(problem, moves.labels()));
    const Cost after = cost_of(problem, moves.labels());
    EXPECT_TRUE(after != kForbidden && after <= before);
    EXPECT_FALSE(one_move_helps(problem, moves.labels()));
    ++started;
    moved += after < before ? 1 : 0;
  }
  EXPECT_GT(started, 2000);
  EXPECT_GT(moved, 1000) << "else the comparison says little";
}

/// A sweep that stops early has not made anything worse either.
TEST(TierMoves, NeverRaiseTheCostInAnySweep) {
  for (std::uint32_t seed = 0; seed < 2000; ++seed) {
    SCOPED_TRACE(seed);
    const RandomRequest request(seed, 3, 40, RandomRequest::kBlocks);
    const CutProblem problem = cut_problem(request.request, 0);
    std::mt19937 random(seed);
    const Labels start = random_labels(problem, random);
    Cost before = cost_of(problem, start);
    if (before == kForbidden) continue;
    TierMoves moves(problem, start);
    for (int sweep = 0; sweep < 5; ++sweep) {
      moves.improve(1);
      const Cost after = cost_of(problem, moves.labels());
      EXPECT_TRUE(after != kForbidden && after <= before);
      before = after;
    }
  }
}

/// Unit 2 reads on the edge what unit 1 sends, so unit 3 may follow for nothing: 9 there beat 10
/// here. If its sibling were not seen, the 50 would have to be paid again.
///
///            ┌─► 2 ─┐
///     0 ─► 1:50     ├─► 4 ─► exit1
///            └─► 3 ─┘
TEST(TierMoves, DoNotPayAgainForWhatASiblingHasFetched) {
  graph::LayerGraph graph = testing::two_tier_graph("siblings");
  testing::add_unit(graph, {0, 0}, 1000, {});
  testing::add_unit(graph, {10, 1}, 50, {0});
  testing::add_unit(graph, {10, 9}, 0, {1});
  testing::add_unit(graph, {10, 9}, 0, {1});
  testing::add_unit(graph, {10, 9}, 0, {2, 3});
  testing::add_exit(graph, 4, 0.9);
  const PlanRequest request = testing::request_for(graph);
  const CutProblem problem = cut_problem(request, 0);
  TierMoves moves(problem, {testing::D, testing::D, testing::E, testing::D, testing::E});
  moves.improve(1);
  EXPECT_EQ(moves.labels(), (Labels{testing::D, testing::D, testing::E, testing::E, testing::E}));
}

TEST(TierMoves, PreferTheLowerOfEqualTiers) {
  graph::LayerGraph graph = testing::two_tier_graph("equal");
  testing::add_unit(graph, {0, 0}, 0, {});
  testing::add_unit(graph, {7, 7}, 0, {0});
  testing::add_exit(graph, 1, 0.9);
  const PlanRequest request = testing::request_for(graph);
  const CutProblem problem = cut_problem(request, 0);
  TierMoves moves(problem, {testing::D, testing::E});
  moves.improve(1);
  EXPECT_EQ(moves.labels(), (Labels{testing::D, testing::D}));
}

}  // namespace
}  // namespace branchline::planner::internal
