#include "framework/planner/plan_explanation.h"

#include <gtest/gtest.h>

#include <limits>

#include "framework/planner/algorithms/brute_force.h"
#include "framework/planner/algorithms/neurosurgeon.h"
#include "tests/support/common_graphs.h"
#include "tests/support/plan_requests.h"

namespace branchline::planner {
namespace {

using testing::ns;
using testing::request_for;

TEST(DominantPart, AddsBothDirectionsOfALink) {
  Plan plan;
  plan.breakdown = {ns(40), ns(30), ns(10), ns(20), ns(0), ns(0), ns(0)};
  plan.predicted = ns(100);
  EXPECT_EQ(dominant_part(plan).part, Bottleneck::link);
  EXPECT_DOUBLE_EQ(dominant_part(plan).share, 0.5);
  plan.breakdown.cloud = ns(60);
  plan.predicted = ns(160);
  EXPECT_EQ(dominant_part(plan).part, Bottleneck::cloud);
}

TEST(DominantPart, TakesAnInstantOrEndlessPlan) {
  Plan plan;
  EXPECT_EQ(dominant_part(plan).part, Bottleneck::device);
  EXPECT_DOUBLE_EQ(dominant_part(plan).share, 0);
  plan.breakdown.uplink = plan.breakdown.downlink = plan.predicted = Nanoseconds::max();
  EXPECT_EQ(dominant_part(plan).part, Bottleneck::link);
  EXPECT_DOUBLE_EQ(dominant_part(plan).share, 1);
}

TEST(NextGoal, IsTheNextDeeperExitInTime) {
  const graph::LayerGraph graph = testing::branchy_chain();
  PlanRequest request = request_for(graph);
  request.deadline = ns(900);
  Plan plan;
  plan.exit = 1;
  const auto goal = next_goal(request, plan);
  ASSERT_TRUE(goal);
  EXPECT_EQ(goal->exit, 2);
  EXPECT_EQ(goal->within, ns(900));
  plan.exit = 2;
  EXPECT_FALSE(next_goal(request, plan)) << "the deepest is in time";
}

TEST(NextGoal, IsAnyExitWhenTheDeadlineIsMissed) {
  const graph::LayerGraph graph = testing::branchy_chain();
  PlanRequest request = request_for(graph);
  request.deadline = ns(900);
  Plan plan;
  plan.exit = 1;
  plan.feasible = false;
  EXPECT_EQ(next_goal(request, plan)->exit, 0);
  request.exit = 1;
  EXPECT_EQ(next_goal(request, plan)->exit, 1) << "the exit was asked for";
  plan.feasible = true;
  EXPECT_FALSE(next_goal(request, plan));
}

TEST(NextGoal, WithoutADeadlineIsATenthLess) {
  const graph::LayerGraph graph = testing::branchy_chain();
  Plan plan;
  plan.exit = 2;
  plan.predicted = ns(1000);
  const auto goal = next_goal(request_for(graph), plan);
  EXPECT_EQ(goal->exit, 2);
  EXPECT_EQ(goal->within, ns(900));
}

/// Device only takes 6100 ns, edge only 600 up + 610 + 8 down + 2000 round trip = 3218 ns.
PlanRequest slow_round_trip(const graph::LayerGraph& graph) {
  return request_for(graph, {1e9, 1e9, ns(2000)});
}

TEST(ChangesThatHelp, FindTheSmallestFactorOfEachKnob) {
  const graph::LayerGraph graph = testing::branchy_chain();
  const auto changes =
      changes_that_help(*make_neurosurgeon(), slow_round_trip(graph), PlanGoal{2, ns(2218)});
  ASSERT_EQ(changes.size(), 2U) << "a faster edge and more goodput save 610 and 608 ns at most";
  EXPECT_EQ(changes[0].knob, Knob::round_trip);
  EXPECT_NEAR(changes[0].factor, 2.0, 0.011);
  EXPECT_EQ(changes[1].knob, Knob::device_speed);
  EXPECT_NEAR(changes[1].factor, 6100.0 / 2218, 0.02);
  for (const HelpfulChange& change : changes) {
    EXPECT_EQ(change.plan.exit, 2);
    EXPECT_LE(change.plan.predicted, ns(2218));
  }
}

TEST(ChangesThatHelp, AreWhatTheSolverSaysOfTheChangedWorld) {
  const graph::LayerGraph graph = testing::branchy_chain();
  const PlanRequest request = slow_round_trip(graph);
  for (const std::int64_t within : {1500, 2000, 2700, 3000}) {
    for (const HelpfulChange& change :
         changes_that_help(*make_brute_force(), request, PlanGoal{2, ns(within)})) {
      if (change.knob != Knob::goodput) continue;
      PlanRequest turned = request;
      turned.exit = 2;
      turned.link.uplink_bytes_per_s *= change.factor;
      turned.link.downlink_bytes_per_s *= change.factor;
      EXPECT_EQ(make_brute_force()->plan(turned)->predicted, change.plan.predicted);
      turned.link.uplink_bytes_per_s *= 0.98;
      turned.link.downlink_bytes_per_s *= 0.98;
      EXPECT_GT(make_brute_force()->plan(turned)->predicted, ns(within)) << "not the smallest";
    }
  }
}

TEST(ChangesThatHelp, LeaveOutWhatNeverHelps) {
  const graph::LayerGraph graph = testing::branchy_chain();
  EXPECT_TRUE(
      changes_that_help(*make_neurosurgeon(), slow_round_trip(graph), PlanGoal{2, ns(0)}).empty());
}

TEST(ChangesThatHelp, SurviveHugeValues) {
  graph::LayerGraph graph = testing::branchy_chain();
  for (graph::Unit& unit : graph.units) {
    unit.output_bytes = std::numeric_limits<std::int64_t>::max();
    unit.time = {Nanoseconds::max(), Nanoseconds::max()};
  }
  const PlanRequest request = request_for(graph, {1, 1, Nanoseconds::max()});
  EXPECT_NO_THROW(changes_that_help(*make_neurosurgeon(), request, PlanGoal{0, ns(10)}));
}

}  // namespace
}  // namespace branchline::planner
