#include "framework/planner/algorithms/pipeline.h"

#include <gtest/gtest.h>

#include <iostream>

#include "framework/planner/algorithms/exact.h"
#include "framework/planner/algorithms/pipeline_schedulers.h"
#include "framework/planner/simulate.h"
#include "tests/support/branching_graphs.h"
#include "tests/support/common_graphs.h"
#include "tests/support/plan_requests.h"
#include "tests/support/upload_jobs.h"

namespace branchline::planner {
namespace {

using testing::D;
using testing::E;
using testing::Placement;
using testing::request_for;

/// Least overlapped time over every monotone placement on two tiers and every order of the device's
/// units.
std::optional<Nanoseconds> best_cut_and_order(const PlanRequest& request) {
  const std::vector<bool> needed = graph::units_of_exit(request.graph, 0);
  std::optional<Nanoseconds> best;
  const auto units = static_cast<std::uint32_t>(needed.size());
  for (std::uint32_t remote = 0; remote < 1U << units; remote += 2) {
    Placement placement(units);
    bool allowed = true;
    std::vector<testing::UploadJob> jobs;
    std::vector<std::int32_t> device, edge;
    for (const graph::Unit& unit : request.graph.units) {
      const auto id = static_cast<std::size_t>(unit.id);
      const bool is_remote = ((remote >> id) & 1U) != 0;
      allowed = allowed && (needed[id] || !is_remote);
      if (!needed[id]) continue;
      placement[id] = is_remote ? E : D;
      (is_remote ? edge : device).push_back(unit.id);
      std::vector<std::int32_t> before;
      for (const graph::ValueId& input : unit.inputs) {
        if (placement[static_cast<std::size_t>(input.unit)] == E && !is_remote) allowed = false;
        const auto producer = std::find(device.begin(), device.end(), input.unit);
        before.push_back(static_cast<std::int32_t>(producer - device.begin()));
      }
      if (!is_remote) jobs.push_back(testing::upload_job(0, 0, before));
    }
    std::optional<Plan> plan = allowed ? price_plan(request, 0, placement) : std::optional<Plan>();
    if (!plan) continue;
    testing::for_each_linear_extension(jobs, [&](const testing::JobOrder& order) {
      plan->order.clear();
      for (const std::int32_t job : order) {
        plan->order.push_back(device[static_cast<std::size_t>(job)]);
      }
      plan->order.insert(plan->order.end(), edge.begin(), edge.end());
      const Nanoseconds time = simulate(request, *plan, ExecutionMode::overlapped).makespan;
      best = best ? std::min(*best, time) : time;
    });
  }
  return best;
}

double ratio(Nanoseconds a, Nanoseconds b) {
  return b.count() == 0 ? 1.0 : static_cast<double>(a.count()) / static_cast<double>(b.count());
}

// 5.6, the gap as measured: the bounds are a little above what these seeds give.
TEST(Pipeline, IsCloseToTheBestCutAndOrder) {
  int cases = 0, optimal = 0, cut_optimal = 0;
  double sum = 0, worst = 1, cut_sum = 0, cut_worst = 1;
  for (std::uint32_t seed = 0; seed < 1500; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    testing::RandomShape shape;
    shape.units = 4 + static_cast<int>(seed % 4);
    const bool any = seed % 3 == 0;
    const graph::LayerGraph graph =
        any ? testing::random_dag(seed, shape)
            : testing::branching_graph(random, shape.units, static_cast<testing::Shape>(seed % 4));
    const PlanRequest request =
        request_for(graph, any ? testing::random_link(random) : testing::byte_per_ns());
    const std::optional<Nanoseconds> best = best_cut_and_order(request);
    const std::optional<Plan> plan = make_pipeline()->plan(request);
    ASSERT_EQ(plan.has_value(), best.has_value());
    if (!plan) continue;
    ASSERT_GE(plan->predicted, *best) << "the brute force misses something";
    const Plan scheduled_cut = *make_pipeline_dag()->plan(request);
    ++cases;
    optimal += plan->predicted == *best ? 1 : 0;
    cut_optimal += scheduled_cut.predicted == *best ? 1 : 0;
    sum += ratio(plan->predicted, *best);
    cut_sum += ratio(scheduled_cut.predicted, *best);
    worst = std::max(worst, ratio(plan->predicted, *best));
    cut_worst = std::max(cut_worst, ratio(scheduled_cut.predicted, *best));
  }
  std::cout << "pipeline:     optimal " << 100.0 * optimal / cases << " %, mean " << sum / cases
            << ", max " << worst << " over " << cases << "\npipeline-dag: optimal "
            << 100.0 * cut_optimal / cases << " %, mean " << cut_sum / cases << ", max "
            << cut_worst << '\n';
  EXPECT_GE(optimal, cases * 3 / 4);
  EXPECT_LE(sum / cases, 1.02);
  EXPECT_LE(worst, 1.4);
}

TEST(Pipeline, IsNeverSlowerThanAScheduleOfTheExactCut) {
  int faster = 0;
  for (std::uint32_t seed = 0; seed < 1000; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    testing::RandomShape shape;
    shape.units = 6 + static_cast<int>(seed % 12);
    shape.tiers = seed % 3 == 0 ? 3 : 2;
    const graph::LayerGraph graph = testing::random_dag(seed, shape);
    PlanRequest request = request_for(graph, testing::random_link(random));
    if (shape.tiers == 3) request.link2 = testing::random_link(random);
    const std::optional<Plan> plan = make_pipeline()->plan(request);
    const std::optional<Plan> cut = make_pipeline_dag()->plan(request);
    ASSERT_EQ(plan.has_value(), cut.has_value());
    if (!plan) continue;
    EXPECT_LE(plan->predicted, cut->predicted);
    EXPECT_LE(plan->predicted, make_exact_three_tier()->plan(request)->predicted);
    faster += plan->predicted < cut->predicted ? 1 : 0;
  }
  EXPECT_GT(faster, 50);
}

/// The exact cut keeps all at home (100 ns). With the upload of unit 1 hidden behind unit 2 it pays
/// to send both.
///
///           ┌─► 1:35 (5 ns) ──┐
///     0:900 ┤                 ├─► 3:1 (60 ns) ─► exit1
///           └─► 2:5 (35 ns) ──┘
TEST(Pipeline, SendsWhatOverlapHides) {
  graph::LayerGraph graph = testing::two_tier_graph("worth it when hidden");
  testing::add_unit(graph, {0, 0}, 900, {});
  testing::add_unit(graph, {5, 5}, 35, {0});
  testing::add_unit(graph, {35, 35}, 5, {0});
  testing::add_unit(graph, {60, 30}, 1, {1, 2});
  testing::add_exit(graph, 3, 0.9);
  const PlanRequest request = request_for(graph);
  EXPECT_EQ(make_pipeline_dag()->plan(request)->predicted, Nanoseconds(100));
  const Plan plan = *make_pipeline()->plan(request);
  EXPECT_EQ(plan.tier, (Placement{D, D, D, E}));
  EXPECT_EQ(plan.predicted, Nanoseconds(5 + 35 + 5 + 30 + 1));
  EXPECT_EQ(plan.order, (std::vector<std::int32_t>{0, 1, 2, 3}));
}

}  // namespace
}  // namespace branchline::planner
