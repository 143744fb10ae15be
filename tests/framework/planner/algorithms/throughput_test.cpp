#include "framework/planner/algorithms/throughput.h"

#include <gtest/gtest.h>

#include <iostream>

#include "framework/planner/algorithms/dads_heavy.h"
#include "framework/planner/algorithms/exact.h"
#include "framework/planner/internal/stage_cut.h"
#include "framework/planner/stage_times.h"
#include "tests/support/codec_choices.h"
#include "tests/support/common_graphs.h"
#include "tests/support/plan_requests.h"

namespace branchline::planner {
namespace {

using testing::D;
using testing::E;
using testing::ns;
using testing::request_for;

TEST(StageTimes, LeaveOutWhatOnlyDelays) {
  const graph::LayerGraph graph = testing::narrow_chain();
  PlanRequest request = request_for(graph, {1e9, 0.5e9, ns(7)});
  request.edge_queue = ns(1000);
  const StageTimes stages = stage_times(request, *price_plan(request, 0, {D, D, D, E, E}));
  EXPECT_EQ(stages, (StageTimes{ns(500), ns(50), ns(460), ns(20), ns(0), ns(0), ns(0)}));
  EXPECT_EQ(stages.longest(), ns(500));
  EXPECT_DOUBLE_EQ(stages.frames_per_s(), 2e6);
}

/// The least longest stage of all placements and codecs, of those in time if there are any.
std::optional<std::int64_t> least_longest_stage(const PlanRequest& request) {
  std::optional<std::int64_t> least;
  testing::EveryWay(request, 0).visit([&](const testing::WaySum& sum) {
    if (request.deadline && sum.time_ns > request.deadline->count()) return;
    const std::int64_t longest =
        std::max({sum.device_ns, sum.edge_ns, sum.uplink_ns, sum.downlink_ns});
    if (!least || longest < *least) least = longest;
  });
  return least;
}

TEST(Throughput, EqualsTryingEveryPlacementWithEveryCodec) {
  int planned = 0, split = 0, exact = 0;
  for (std::uint32_t seed = 0; seed < 2500; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    testing::RandomShape shape;
    shape.units = 2 + static_cast<int>(seed % 8);
    shape.chain = seed % 6 == 0;
    graph::LayerGraph graph = testing::random_dag(seed, shape);
    if (seed % 2 == 0) testing::add_random_codecs(graph, seed, 1);
    PlanRequest request = request_for(graph, testing::random_link(random));
    request.edge_queue = ns(seed % 60);
    if (seed % 3 == 0) request.deadline = ns(500 + seed % 1500);
    const std::optional<Plan> quickest = make_exact_two_tier()->plan(request);
    std::optional<std::int64_t> least = least_longest_stage(request);
    const std::optional<Plan> plan = make_throughput()->plan(request);
    ASSERT_EQ(plan.has_value(), quickest.has_value());
    if (!plan) continue;
    EXPECT_EQ(plan->feasible, quickest->feasible);
    if (!plan->feasible) {
      EXPECT_EQ(plan->predicted, quickest->predicted) << "late anyway: as little as can be";
      continue;
    }
    ASSERT_TRUE(least);
    EXPECT_EQ(stage_times(request, *plan).longest().count(), *least);
    EXPECT_LE(internal::stage_cut(request, 0).bound.count(), *least);
    exact += internal::stage_cut(request, 0).exact ? 1 : 0;
    ++planned;
    split += units_on(*plan, E).empty() || units_on(*plan, D) == UnitRanges{{0, 0}} ? 0 : 1;
  }
  std::cout << "throughput: " << planned << " planned, all optimal, " << exact << " proven, "
            << split << " split\n";
  EXPECT_GT(split, 300);
}

TEST(Throughput, IsExactOnLongChains) {
  for (std::uint32_t seed = 0; seed < 30; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    testing::RandomShape shape;
    shape.units = 300;
    shape.chain = true;
    shape.unreachable = false;
    const graph::LayerGraph graph = testing::random_dag(seed, shape);
    const PlanRequest request = request_for(graph, testing::random_link(random));
    const internal::StageCut cut = internal::stage_cut(request, 0);
    ASSERT_TRUE(cut.exact);
    Nanoseconds least = Nanoseconds::max();
    for (std::int32_t last = 0; last < 300; ++last) {
      const std::optional<Plan> plan = price_plan(
          request, 0,
          testing::place(graph, 0, [last](std::int32_t unit) { return unit <= last ? D : E; }));
      if (plan) least = std::min(least, stage_times(request, *plan).longest());
    }
    EXPECT_EQ(stage_times(request, *cut.plan).longest(), least);
  }
}

TEST(Throughput, PlansLongChainsWithinBounds) {
  graph::LayerGraph graph = testing::two_tier_graph("long");
  testing::add_unit(graph, {0, 0}, 100, {});
  for (std::int32_t before = 0; before < 20000; ++before) {
    testing::add_unit(graph, {before % 7, before % 3}, 100 - before % 50, {before});
  }
  testing::add_exit(graph, graph.unit_count() - 1, 0.9);
  EXPECT_FALSE(internal::stage_cut(request_for(graph), 0).exact);
}

TEST(Throughput, IsNeverBelowDadsHeavy) {
  int same = 0, total = 0;
  double most = 1, sum = 0;
  for (std::uint32_t seed = 0; seed < 400; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    testing::RandomShape shape;
    shape.units = 4 + static_cast<int>(seed % 12);
    const graph::LayerGraph graph = testing::random_dag(seed, shape);
    const PlanRequest request = request_for(graph, testing::random_link(random));
    const std::optional<Plan> dads = make_dads_heavy()->plan(request);
    const std::optional<Plan> plan = make_throughput()->plan(request);
    ASSERT_EQ(plan.has_value(), dads.has_value());
    if (!plan) continue;
    const auto ours = static_cast<double>(stage_times(request, *plan).longest().count());
    const auto theirs = static_cast<double>(stage_times(request, *dads).longest().count());
    EXPECT_LE(ours, theirs);
    ++total;
    same += ours == theirs ? 1 : 0;
    const double ratio = ours > 0 ? theirs / ours : 1;
    sum += ratio;
    most = std::max(most, ratio);
  }
  std::cout << "dads-heavy against throughput: the same on " << same << " of " << total
            << ", longest stage x " << sum / total << " (at most " << most << ")\n";
}

void compare_on(const std::string& what, const testing::RandomShape& shape) {
  double single_sum = 0, single_most = 0, latency_sum = 0, latency_most = 0, gap_most = 1;
  constexpr int kGraphs = 100;
  for (std::uint32_t seed = 0; seed < kGraphs; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const graph::LayerGraph graph = testing::random_dag(seed, shape);
    const ThroughputComparison frames =
        compare_throughput(request_for(graph, testing::random_link(random)), 0);
    const double single = std::max(frames.device_only, frames.edge_only);
    EXPECT_GE(frames.throughput, single);
    EXPECT_GE(frames.throughput, frames.latency_optimal);
    EXPECT_LE(frames.throughput, frames.bound * (1 + 1e-9));
    single_sum += frames.throughput / single;
    single_most = std::max(single_most, frames.throughput / single);
    latency_sum += frames.throughput / frames.latency_optimal;
    latency_most = std::max(latency_most, frames.throughput / frames.latency_optimal);
    gap_most = std::max(gap_most, frames.bound / frames.throughput);
  }
  std::cout << "frames/s on " << what << ": x " << single_sum / kGraphs << " (at most "
            << single_most << ") of the best single tier, x " << latency_sum / kGraphs
            << " (at most " << latency_most << ") of the latency-optimal plan; at most x "
            << gap_most << " below the bound\n";
  EXPECT_GT(latency_most, 1.2);
}

TEST(CompareThroughput, IsNeverBelowASingleTierOrTheLatencyOptimalPlan) {
  testing::RandomShape shape;
  shape.units = 40;
  shape.unreachable = false;
  compare_on("dense graphs", shape);
  shape.chain = true;
  compare_on("chains", shape);
}

/// Ten branches of eight units between input and exit: more placements than can be tried, so that
/// the weights and the moves must do.
TEST(Throughput, IsCloseToTheBoundWhereItCannotTryEverything) {
  double sum = 0, most = 1;
  int unproven = 0;
  constexpr int kGraphs = 60;
  for (std::uint32_t seed = 0; seed < kGraphs; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    std::uniform_int_distribution<std::int64_t> time(1, 1000), bytes(1, 200);
    graph::LayerGraph graph = testing::two_tier_graph("branches");
    testing::add_unit(graph, {0, 0}, 3000, {});
    std::vector<graph::ValueId> ends;
    for (int branch = 0; branch < 10; ++branch) {
      std::int32_t before = 0;
      for (int step = 0; step < 8; ++step) {
        testing::add_unit(graph, {time(random), time(random) / 2}, bytes(random), {before});
        before = graph.unit_count() - 1;
      }
      ends.push_back({before, 0});
    }
    testing::add_unit(graph, {10, 5}, 10, {0});
    graph.units.back().inputs = ends;
    testing::add_exit(graph, graph.unit_count() - 1, 0.9);
    const PlanRequest request = request_for(graph, {1e8, 1e9, ns(0)});
    const internal::StageCut cut = internal::stage_cut(request, 0);
    const auto longest = static_cast<double>(stage_times(request, *cut.plan).longest().count());
    const double gap = longest / static_cast<double>(cut.bound.count());
    unproven += cut.exact ? 0 : 1;
    sum += gap;
    most = std::max(most, gap);
  }
  std::cout << "throughput on ten branches: " << unproven << " of " << kGraphs
            << " unproven, longest stage x " << sum / kGraphs << " (at most " << most
            << ") of the bound\n";
  EXPECT_LT(sum / kGraphs, 1.05);
}

/// Three equal stages of 500 ns beat one frame in 1005 ns, although a frame takes longer.
///
///     0:500 ─► 1:500 ─► 2:5 ─► exit1
TEST(Throughput, PrefersEvenStagesToAShortLatency) {
  graph::LayerGraph graph = testing::two_tier_graph("even");
  testing::add_unit(graph, {0, 0}, 2000, {});
  testing::add_unit(graph, {500, 500}, 500, {0});
  testing::add_unit(graph, {505, 500}, 5, {1});
  testing::add_exit(graph, 2, 0.9);
  PlanRequest request = request_for(graph);
  EXPECT_EQ(make_exact_two_tier()->plan(request)->predicted, ns(1005));
  const std::optional<Plan> plan = make_throughput()->plan(request);
  EXPECT_EQ(plan->predicted, ns(1505));
  EXPECT_EQ(stage_times(request, *plan).longest(), ns(500));
  request.deadline = ns(1100);
  EXPECT_EQ(make_throughput()->plan(request)->predicted, ns(1005)) << "in time comes first";
}

}  // namespace
}  // namespace branchline::planner
