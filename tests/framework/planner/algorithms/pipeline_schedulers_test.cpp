#include "framework/planner/algorithms/pipeline_schedulers.h"

#include <gtest/gtest.h>

#include "framework/planner/algorithms/exact.h"
#include "framework/planner/schedule/makespan.h"
#include "framework/planner/schedule/precedence_tree.h"
#include "framework/planner/scheduled_plan.h"
#include "framework/planner/simulate.h"
#include "tests/support/branching_graphs.h"
#include "tests/support/common_graphs.h"
#include "tests/support/plan_requests.h"
#include "tests/support/upload_jobs.h"

namespace branchline::planner {
namespace {

using testing::request_for;

struct SchedulerCase {
  graph::LayerGraph graph;
  LinkSpeed link, link2;

  PlanRequest request() const {
    PlanRequest request = request_for(graph, link);
    if (graph.tiers.size() == 3) request.link2 = link2;
    return request;
  }
};

/// Branching graphs of every shape, and now and then any graph on three tiers.
SchedulerCase scheduler_case(std::uint32_t seed) {
  std::mt19937 random(seed);
  testing::RandomShape shape;
  shape.units = 3 + static_cast<int>(seed % 8);
  shape.tiers = 3;
  const auto order = static_cast<testing::Shape>(seed % 4);
  graph::LayerGraph graph = seed % 5 == 0 ? testing::random_dag(seed, shape)
                                          : testing::branching_graph(random, shape.units, order);
  if (seed % 5 != 0) return {graph, testing::byte_per_ns(), testing::byte_per_ns()};
  return {graph, testing::random_link(random), testing::random_link(random)};
}

/// When the last upload of the plan's device part ends.
std::int64_t uploads_end(const PlanRequest& request, const Plan& plan) {
  const DeviceJobs part = device_jobs(request, plan);
  schedule::JobOrder order;
  for (const std::int32_t unit : plan.order) {
    const auto job = std::find(part.units.begin(), part.units.end(), unit);
    if (job != part.units.end()) {
      order.push_back(static_cast<std::int32_t>(job - part.units.begin()));
    }
  }
  return schedule::makespan(part.jobs, order).count();
}

TEST(PipelineSchedulers, KeepTheExactCutAndAreNeverSlower) {
  int overlapping = 0, faster_than_id_order = 0;
  for (std::uint32_t seed = 0; seed < 2000; ++seed) {
    SCOPED_TRACE(seed);
    const SchedulerCase made = scheduler_case(seed);
    const PlanRequest request = made.request();
    const std::optional<Plan> cut = make_exact_three_tier()->plan(request);
    for (const auto& make : {make_pipeline_paths, make_pipeline_tree, make_pipeline_dag}) {
      const std::optional<Plan> plan = make()->plan(request);
      ASSERT_EQ(plan.has_value(), cut.has_value());
      if (!plan) continue;
      EXPECT_EQ(plan->tier, cut->tier);
      const Nanoseconds in_id_order = simulate(request, *cut, ExecutionMode::overlapped).makespan;
      EXPECT_LE(plan->predicted, in_id_order);
      EXPECT_LE(plan->predicted, cut->predicted);
      overlapping += plan->predicted < cut->predicted ? 1 : 0;
      faster_than_id_order += plan->predicted < in_id_order ? 1 : 0;
    }
  }
  EXPECT_GT(overlapping, 2000);
  EXPECT_GT(faster_than_id_order, 1000);
}

/// Where nothing computes beyond the device, the answer waits for the last upload alone: then the
/// order is the best of all linear extensions.
TEST(PipelineSchedulers, DagIsTheBestOfAllOrdersWhenThePartIsSeriesParallel) {
  int checked = 0;
  for (std::uint32_t seed = 0; seed < 3000; ++seed) {
    SCOPED_TRACE(seed);
    SchedulerCase made = scheduler_case(seed);
    if (made.graph.tiers.size() == 3) continue;
    for (graph::Unit& unit : made.graph.units) {
      if (unit.time[1]) unit.time[1] = Nanoseconds(0);
    }
    const PlanRequest request = made.request();
    const std::optional<Plan> plan = make_pipeline_dag()->plan(request);
    if (!plan || units_on(*plan, Tier::edge).empty()) continue;
    const DeviceJobs part = device_jobs(request, *plan);
    if (!schedule::series_parallel_precedence(part.jobs) || part.jobs.size() < 3) continue;
    const std::int64_t least = testing::least_makespan(part.jobs);
    EXPECT_EQ(uploads_end(request, *plan), least);
    EXPECT_EQ(plan->predicted, Nanoseconds(least) + request.link.round_trip +
                                   plan->breakdown.downlink -
                                   Nanoseconds(request.link.round_trip.count() / 2));
    ++checked;
  }
  EXPECT_GT(checked, 1000);
}

}  // namespace
}  // namespace branchline::planner
