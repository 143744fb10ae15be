#include "framework/planner/planner.h"

#include <gmock/gmock.h>

#include <limits>

#include "framework/base/error.h"
#include "framework/planner/algorithms/brute_force.h"
#include "framework/planner/algorithms/neurosurgeon.h"
#include "framework/planner/algorithms/single_tier.h"
#include "tests/support/common_graphs.h"
#include "tests/support/plan_requests.h"

namespace branchline::planner {
namespace {

using ::testing::HasSubstr;
using testing::request_for;

std::string complaint(const Planner& planner, const PlanRequest& request) {
  try {
    planner.plan(request);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

/// On the device exit 1 takes 1100 ns, exit 2 4100 ns, exit 3 6100 ns.
class PlannerExitChoice : public ::testing::Test {
 protected:
  std::optional<Plan> plan(std::optional<std::int64_t> deadline_ns) {
    PlanRequest request = request_for(graph_);
    if (deadline_ns) request.deadline = Nanoseconds(*deadline_ns);
    return make_device_only()->plan(request);
  }

  graph::LayerGraph graph_ = testing::branchy_chain();
};

TEST_F(PlannerExitChoice, TakesTheDeepestThatMeetsTheDeadline) {
  EXPECT_EQ(plan(6100)->exit, 2);
  EXPECT_EQ(plan(6099)->exit, 1);
  EXPECT_EQ(plan(4099)->exit, 0);
  EXPECT_TRUE(plan(1100)->feasible);
}

TEST_F(PlannerExitChoice, TakesTheDeepestWithoutADeadline) {
  EXPECT_EQ(plan(std::nullopt)->exit, 2);
  EXPECT_TRUE(plan(std::nullopt)->feasible);
}

TEST_F(PlannerExitChoice, TakesTheFastestAsInfeasibleWhenNothingFits) {
  EXPECT_EQ(plan(1099)->exit, 0);
  EXPECT_FALSE(plan(1099)->feasible);
  graph_.units[3].time[0] = Nanoseconds(0);
  graph_.units[4].time[0] = Nanoseconds(0);
  EXPECT_EQ(plan(1099)->exit, 1) << "exits 1 and 2 take 1100 ns: of equals the deepest";
}

TEST_F(PlannerExitChoice, PassesOverAnExitThatNothingCanCompute) {
  graph_.units[7].time[0] = std::nullopt;
  EXPECT_EQ(plan(std::nullopt)->exit, 1);
  for (graph::Unit& unit : graph_.units) {
    if (unit.id != 0) unit.time[0] = std::nullopt;
  }
  EXPECT_FALSE(plan(std::nullopt));
  EXPECT_FALSE(plan(10));
}

TEST_F(PlannerExitChoice, KeepsToTheExitThatIsAskedFor) {
  PlanRequest request = request_for(graph_);
  request.exit = 1;
  request.deadline = Nanoseconds(10);
  const std::optional<Plan> plan = make_device_only()->plan(request);
  EXPECT_EQ(plan->exit, 1);
  EXPECT_FALSE(plan->feasible);
}

TEST(PlannerChecks, ExitIsThere) {
  const graph::LayerGraph graph = testing::branchy_chain();
  PlanRequest request = request_for(graph);
  request.exit = 3;
  EXPECT_THAT(complaint(*make_device_only(), request), HasSubstr("no exit 4"));
  request.exit = -1;
  EXPECT_THAT(complaint(*make_device_only(), request), HasSubstr("exits are 1 to 3"));
}

TEST(PlannerChecks, LinkIsPositive) {
  const graph::LayerGraph graph = testing::diamond();
  for (const double bad : {0.0, -1.0, std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_THAT(complaint(*make_neurosurgeon(), request_for(graph, {bad, 1, Nanoseconds(0)})),
                HasSubstr("uplink goodput"));
    EXPECT_THAT(complaint(*make_neurosurgeon(), request_for(graph, {1, bad, Nanoseconds(0)})),
                HasSubstr("downlink goodput"));
  }
  EXPECT_THAT(complaint(*make_neurosurgeon(), request_for(graph, {1, 1, Nanoseconds(-1)})),
              HasSubstr("negative round trip"));
}

TEST(PlannerChecks, SizesAndQueuesAreNotNegative) {
  const graph::LayerGraph graph = testing::diamond();
  PlanRequest request = request_for(graph);
  request.result_bytes = -1;
  EXPECT_THAT(complaint(*make_neurosurgeon(), request), HasSubstr("negative result size"));
  request.result_bytes = 0;
  request.edge_queue = Nanoseconds(-1);
  EXPECT_THAT(complaint(*make_neurosurgeon(), request), HasSubstr("negative queueing time"));
}

TEST(PlannerChecks, GraphIsProfiled) {
  graph::LayerGraph graph = testing::diamond();
  graph.tiers.clear();
  for (graph::Unit& unit : graph.units) unit.time.clear();
  EXPECT_THAT(complaint(*make_neurosurgeon(), request_for(graph)), HasSubstr("for 0 tiers"));
  graph.tiers = {Tier::device, Tier::edge};
  EXPECT_THAT(complaint(*make_neurosurgeon(), request_for(graph)),
              HasSubstr("unit 0 has 0 times for 2 tiers"));
}

TEST(PlannerChecks, ThreeTiersNeedAnAlgorithmThatTakesThemAndASecondLink) {
  testing::RandomShape shape;
  shape.tiers = 3;
  const graph::LayerGraph graph = testing::random_dag(1, shape);
  PlanRequest request = request_for(graph);
  EXPECT_THAT(complaint(*make_neurosurgeon(), request), HasSubstr("places units on two"));
  EXPECT_EQ(complaint(*make_brute_force(), request), "");
  request.link2 = std::nullopt;
  EXPECT_THAT(complaint(*make_brute_force(), request), HasSubstr("link is not given"));
}

}  // namespace
}  // namespace branchline::planner
