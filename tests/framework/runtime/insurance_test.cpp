#include "framework/runtime/insurance.h"

#include <gtest/gtest.h>

#include "framework/runtime/runnable_plan.h"
#include "tests/support/common_graphs.h"

namespace branchline::runtime {
namespace {

using std::chrono::nanoseconds;

/// branchy_chain with outputs, as slices need them. Trunk pieces 1 (1000 ns), 3-4 (3000), 6-7
/// (2100); heads 2 and 5 (100 each).
graph::LayerGraph sliceable_chain() {
  graph::LayerGraph graph = testing::branchy_chain();
  for (graph::Unit& unit : graph.units) unit.outputs = {{DType::f32, {1, 2}}};
  return graph;
}

std::vector<bool> nothing_done(const graph::LayerGraph& graph) {
  return std::vector<bool>(graph.units.size(), false);
}

TEST(ExitLadder, EndsPiecesWhereExitsBranchOff) {
  const graph::LayerGraph graph = sliceable_chain();
  StepTimes times(graph);
  const ExitLadder ladder = exit_ladder(graph, nothing_done(graph), times);
  std::vector<std::string> steps;
  for (const DeviceStep& step : ladder.steps) steps.push_back(to_string(step.spec.units));
  EXPECT_EQ(steps, (std::vector<std::string>{"1", "2", "3-4", "5", "6-7"}));
  EXPECT_EQ(ladder.rungs[0], (std::vector<std::size_t>{0, 1}));
  EXPECT_EQ(ladder.rungs[1], (std::vector<std::size_t>{0, 2, 3}));
  EXPECT_EQ(ladder.rungs[2], (std::vector<std::size_t>{0, 2, 4}));
  EXPECT_EQ(ladder.steps[0].exit, -1);
  EXPECT_EQ(ladder.steps[1].exit, 0);
  EXPECT_EQ(ladder.steps[4].exit, 2);
  EXPECT_EQ(ladder.steps[0].inputs, (std::vector<graph::ValueId>{{0, 0}}));
  EXPECT_EQ(ladder.steps[2].time->predicted(), nanoseconds(3000));
}

TEST(ExitLadder, BeginsWhereTheFrontOfASplitEnded) {
  const graph::LayerGraph graph = sliceable_chain();
  StepTimes times(graph);
  std::vector<bool> done = nothing_done(graph);
  done[1] = done[3] = true;
  const ExitLadder ladder = exit_ladder(graph, done, times);
  std::vector<std::string> steps;
  for (const DeviceStep& step : ladder.steps) steps.push_back(to_string(step.spec.units));
  EXPECT_EQ(steps, (std::vector<std::string>{"2", "4", "5", "6-7"}));
}

class InsuranceOfAChain : public ::testing::Test {
 protected:
  graph::LayerGraph graph_ = sliceable_chain();
  StepTimes times_{graph_};
  ExitLadder ladder_ = exit_ladder(graph_, nothing_done(graph_), times_);
  Insurance insurance_{ladder_, 1.0};

  /// Follows next_step with time passing as predicted. @returns the exits answered on the way
  std::vector<int> follow(Duration left, int deepest) {
    std::vector<int> answered;
    while (const auto step = insurance_.next_step(left, deepest)) {
      left -= ladder_.steps[*step].time->predicted();
      insurance_.mark_done(*step);
      if (ladder_.steps[*step].exit < 0) continue;
      insurance_.mark_answered(ladder_.steps[*step].exit);
      answered.push_back(ladder_.steps[*step].exit);
    }
    return answered;
  }
};

TEST_F(InsuranceOfAChain, GoesStraightToTheDeepestExitWhenThereIsTimeInPlenty) {
  EXPECT_EQ(follow(nanoseconds(100000), 2), (std::vector<int>{0, 2}))
      << "exit 1 costs less than 1/30 of the way; exit 2's head does not any more";
}

TEST_F(InsuranceOfAChain, SettlesForTheExitThatSurelyFits) {
  EXPECT_EQ(follow(nanoseconds(5500), 2).back(), 1) << "exit 3 takes 6100, cautiously more";
}

TEST_F(InsuranceOfAChain, ComputesTheQuickestExitWhenNothingFits) {
  EXPECT_EQ(follow(nanoseconds(10), 2), (std::vector<int>{0}));
}

TEST_F(InsuranceOfAChain, TriesWhatProbablyFitsOnceThereIsAnAnswer) {
  const nanoseconds left(4300);  // exit 2 takes 4100, surely no more than 5125
  EXPECT_EQ(follow(left, 1), (std::vector<int>{0, 1}));
}

TEST_F(InsuranceOfAChain, TakesACostlyFirstAnswerAlongWhenTimeIsShortAndAllowsIt) {
  for (int run = 0; run < 20; ++run) ladder_.steps[1].time->add(nanoseconds(2000));
  EXPECT_EQ(ladder_.steps[1].exit, 0);
  insurance_.mark_done(0);
  EXPECT_EQ(insurance_.next_step(nanoseconds(9000), 2), 1u) << "6375 surely, and 2000 more";
  EXPECT_EQ(insurance_.next_step(nanoseconds(8000), 2), 2u) << "not at the cost of the target";
  EXPECT_EQ(insurance_.next_step(nanoseconds(90000), 2), 2u) << "nor when there is time in plenty";
}

TEST_F(InsuranceOfAChain, StopsWhenNothingDeeperFits) {
  insurance_.mark_answered(0);
  EXPECT_EQ(insurance_.next_step(nanoseconds(100), 2), std::nullopt);
}

TEST_F(InsuranceOfAChain, NeverGoesDeeperThanWanted) {
  EXPECT_EQ(follow(nanoseconds(100000), 1).back(), 1);
}

TEST_F(InsuranceOfAChain, LearnsThatAPieceIsSlowerThanItsProfile) {
  for (int run = 0; run < 5; ++run) ladder_.steps[4].time->add(nanoseconds(50000));
  EXPECT_EQ(follow(nanoseconds(20000), 2).back(), 1);
}

TEST_F(InsuranceOfAChain, PassesEveryExitThatTimeAllowsWhenAnyMayBeSureEnough) {
  Insurance all(ladder_, 1.0, true);
  all.mark_done(0);
  all.mark_answered(0);
  all.mark_done(2);
  EXPECT_EQ(all.next_step(nanoseconds(90000), 2), 3u) << "exit 2's head";
  EXPECT_EQ(all.next_step(nanoseconds(2650), 2), 4u) << "not at the cost of the target";
}

TEST(StepTime, TrustsTheProfileUntilItHasRun) {
  StepTime time(nanoseconds(1000));
  EXPECT_EQ(time.expected(2.0), nanoseconds(2000));
  for (int run = 0; run < 3; ++run) time.add(nanoseconds(400));
  EXPECT_EQ(time.expected(2.0), nanoseconds(400));
  EXPECT_GE(time.cautious(2.0), nanoseconds(420));
  time.add(nanoseconds(1000000));
  EXPECT_LT(time.expected(1.0), nanoseconds(700)) << "one run that was held up is no new speed";
}

TEST(RunnablePlan, SplitsIntoFrontAndEdge) {
  const graph::LayerGraph graph = sliceable_chain();
  StepTimes times(graph);
  planner::Plan plan = all_on(graph, 2, Tier::edge);
  plan.tier[1] = Tier::device;
  const auto runnable = runnable_plan(graph, "digest", plan, times);
  ASSERT_TRUE(runnable);
  EXPECT_EQ(runnable->place, Place::split);
  ASSERT_EQ(runnable->front.size(), 1u);
  ASSERT_TRUE(runnable->remote);
  EXPECT_EQ(runnable->remote->sent, (std::vector<graph::ValueId>{{1, 0}}));
  EXPECT_EQ(runnable->remote->returned, (std::vector<graph::ValueId>{{7, 0}}));
  EXPECT_EQ(to_string(runnable->remote->units), "3-4,6-7");
  EXPECT_TRUE(runnable->tail.empty());
}

TEST(RunnablePlan, ReturnsFromTheEdgeAsEdgentsPaperDoes) {
  const graph::LayerGraph graph = sliceable_chain();
  StepTimes times(graph);
  planner::Plan plan = all_on(graph, 2, Tier::edge);
  plan.tier[6] = plan.tier[7] = Tier::device;
  const auto runnable = runnable_plan(graph, "digest", plan, times);
  ASSERT_TRUE(runnable);
  EXPECT_EQ(runnable->place, Place::split);
  EXPECT_TRUE(runnable->front.empty());
  EXPECT_EQ(runnable->remote->returned, (std::vector<graph::ValueId>{{4, 0}}));
  ASSERT_EQ(runnable->tail.size(), 1u);
  EXPECT_EQ(runnable->tail[0].exit, 2);
}

/// The trunk is 1, 3, 4, 6, 7.
TEST(RunnablePlan, AsksTheEdgeOnceAtMost) {
  const graph::LayerGraph graph = sliceable_chain();
  StepTimes times(graph);
  planner::Plan twice = all_on(graph, 2, Tier::edge);
  twice.tier[4] = Tier::device;
  EXPECT_FALSE(runnable_plan(graph, "digest", twice, times)) << "it ends on the edge";
  twice.tier[7] = Tier::device;
  EXPECT_FALSE(runnable_plan(graph, "digest", twice, times)) << "it ends on the device";
}

}  // namespace
}  // namespace branchline::runtime
