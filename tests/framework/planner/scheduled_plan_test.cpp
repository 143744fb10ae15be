#include "framework/planner/scheduled_plan.h"

#include <gtest/gtest.h>

#include "framework/planner/simulate.h"
#include "tests/support/common_graphs.h"
#include "tests/support/plan_requests.h"

namespace branchline::planner {
namespace {

using testing::D;
using testing::E;
using testing::ns;
using testing::Placement;
using testing::request_for;

TEST(DeviceJobs, AreTheDevicesUnitsWithWhatEachSends) {
  const graph::LayerGraph graph = testing::residual_block();
  const PlanRequest request = request_for(graph, {0.5e9, 1e9, ns(7)});
  const DeviceJobs part = device_jobs(request, *price_plan(request, 0, Placement{D, D, D, E, E}));
  EXPECT_EQ(part.units, (std::vector<std::int32_t>{0, 1, 2}));
  EXPECT_EQ(part.jobs, (std::vector<schedule::UploadJob>{
                           {ns(0), ns(0), {}}, {ns(10), ns(64), {0}}, {ns(10), ns(64), {1}}}));
}

/// Unit 2 is quick and has the longer upload: it goes first.
///
///            ┌─► 1:20 (30 ns) ─┐
///     0:100 ─┤                 ├─► 3:10 ─► exit1
///            └─► 2:70 (5 ns) ──┘
TEST(Scheduled, PutsTheLongUploadFirst) {
  graph::LayerGraph graph = testing::diamond();
  graph.units[1].output_bytes = 20;
  graph.units[2].time[0] = ns(5);
  const PlanRequest request = request_for(graph);
  const Plan priced = *price_plan(request, 0, Placement{D, D, D, E});
  const Plan plan = scheduled(request, priced, Scheduler::paths);
  EXPECT_EQ(plan.order, (std::vector<std::int32_t>{0, 2, 1, 3}));
  EXPECT_EQ(plan.predicted, ns(5 + 70 + 20 + 5 + 10));
  EXPECT_EQ(plan.breakdown, priced.breakdown) << "the parts stay, and overlap";
  for (const Scheduler scheduler : {Scheduler::tree, Scheduler::dag}) {
    EXPECT_EQ(scheduled(request, priced, scheduler), plan);
  }
}

TEST(Scheduled, MeetsADeadlineByOverlapAlone) {
  const graph::LayerGraph graph = testing::diamond();
  PlanRequest request = request_for(graph);
  request.deadline = ns(220);
  const Plan priced = *price_plan(request, 0, Placement{D, D, D, E});
  EXPECT_FALSE(priced.feasible);
  EXPECT_TRUE(scheduled(request, priced, Scheduler::dag).feasible);
}

/// Units 1 and 2 join on the device: no paths, no tree; series-parallel.
TEST(Scheduled, RunsInIdOrderWhatTheSchedulerHasNoRuleFor) {
  graph::LayerGraph graph = testing::two_tier_graph("joined on the device");
  testing::add_unit(graph, {0, 0}, 1, {});
  testing::add_unit(graph, {30, 3}, 10, {0});
  testing::add_unit(graph, {10, 3}, 70, {0});
  testing::add_unit(graph, {10, 3}, 10, {1, 2});
  testing::add_unit(graph, {10, 3}, 10, {1, 2, 3});
  testing::add_exit(graph, 4, 0.8);
  const PlanRequest request = request_for(graph);
  const Plan priced = *price_plan(request, 0, Placement{D, D, D, D, E});
  for (const Scheduler scheduler : {Scheduler::paths, Scheduler::tree}) {
    EXPECT_EQ(scheduled(request, priced, scheduler).order,
              (std::vector<std::int32_t>{0, 1, 2, 3, 4}));
  }
  EXPECT_EQ(scheduled(request, priced, Scheduler::dag).order,
            (std::vector<std::int32_t>{0, 2, 1, 3, 4}));
}

TEST(Scheduled, RemoteUnitsStandInTheOrderTheyRun) {
  graph::LayerGraph graph = testing::two_tier_graph("two uploads");
  testing::add_unit(graph, {0, 0}, 5, {});
  testing::add_unit(graph, {90, 0}, 20, {0});
  testing::add_unit(graph, {9, 40}, 20, {1});
  testing::add_unit(graph, {9, 3}, 1, {0});
  testing::add_unit(graph, {0, 3}, 1, {2, 3});
  testing::add_exit(graph, 4, 0.9);
  const PlanRequest request = request_for(graph);
  const Plan plan =
      scheduled(request, *price_plan(request, 0, Placement{D, D, E, E, E}), Scheduler::dag);
  EXPECT_EQ(plan.order, (std::vector<std::int32_t>{0, 1, 3, 2, 4}));
}

}  // namespace
}  // namespace branchline::planner
