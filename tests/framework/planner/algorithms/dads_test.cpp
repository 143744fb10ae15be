#include "framework/planner/algorithms/dads.h"

#include <gtest/gtest.h>

#include <cstdio>

#include "framework/planner/algorithms/brute_force.h"
#include "framework/planner/algorithms/dads_heavy.h"
#include "framework/planner/algorithms/exact.h"
#include "framework/planner/internal/exact_cut.h"
#include "framework/planner/stage_times.h"
#include "tests/support/random_requests.h"

namespace branchline::planner {
namespace {

using internal::CutProblem;
using internal::Labels;
using testing::RandomRequest;
using testing::request_for;

TEST(Dads, IsTheExactCutUnderThePapersName) {
  for (std::uint32_t seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE(seed);
    const RandomRequest random(seed, 2, 40);
    EXPECT_EQ(make_dads()->plan(random.request), make_exact_two_tier()->plan(random.request));
  }
}

/// What eq. (4) charges a placement, and whether data flows back in it.
struct PublishedPrice {
  internal::Cost value = 0;
  bool flows_back = false;
};

PublishedPrice published_price(const PlanRequest& request, const testing::Placement& tier) {
  PublishedPrice price;
  for (const graph::Unit& unit : request.graph.units) {
    const auto id = static_cast<std::size_t>(unit.id);
    if (!tier[id]) continue;
    price.value += unit.time[*tier[id] == Tier::device ? 0 : 1]->count();
    bool sent = false;
    for (const graph::Unit& reader : request.graph.units) {
      for (const graph::ValueId& input : reader.inputs) {
        const auto& there = tier[static_cast<std::size_t>(reader.id)];
        if (input.unit != unit.id || !there) continue;
        sent = sent || (tier[id] == Tier::device && there == Tier::edge);
        price.flows_back |= tier[id] == Tier::edge && there == Tier::device;
      }
    }
    if (sent) {
      price.value += transfer_time(unit.output_bytes, request.link.uplink_bytes_per_s).count();
    }
  }
  return price;
}

// algorithms.md 1.2
TEST(DadsAsPublished, BelievesInAnImpossiblePlanOfTheCounterexample) {
  const graph::LayerGraph graph = testing::dads_counterexample();
  PlanRequest request = request_for(graph);
  request.result_bytes = 0;
  const std::optional<Plan> plan = make_dads_as_published()->plan(request);
  ASSERT_TRUE(plan);
  EXPECT_EQ(units_on(*plan, Tier::edge), (UnitRanges{{2, 2}}));
  const PublishedPrice believed = published_price(request, plan->tier);
  EXPECT_EQ(static_cast<std::int64_t>(believed.value), 41);
  EXPECT_TRUE(believed.flows_back);
  EXPECT_EQ(plan->predicted, Nanoseconds(41 + 2)) << "unit 2's two bytes come back";
  EXPECT_EQ(make_brute_force()->plan(request)->predicted, Nanoseconds(56))
      << "the best of the placements that the paper means";
  // It chooses by what it believes: 41 are in time, 43 are not.
  request.deadline = Nanoseconds(42);
  EXPECT_FALSE(make_dads_as_published()->plan(request)->feasible);
}

/// No smaller value of eq. (4) exists: the planner solves what is printed.
TEST(DadsAsPublished, MinimisesThePrintedFormula) {
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    testing::RandomShape shape;
    shape.units = 2 + static_cast<int>(seed % 8);
    shape.unreachable = false;
    const graph::LayerGraph graph = testing::random_dag(seed, shape);
    std::mt19937 random(seed);
    const PlanRequest request = request_for(graph, testing::random_link(random));
    const std::optional<Plan> plan = make_dads_as_published()->plan(request);
    ASSERT_TRUE(plan);
    const std::vector<bool> needed = graph::units_of_exit(graph, 0);
    internal::Cost least = published_price(request, plan->tier).value;
    for (std::uint32_t edge = 0; edge < 1U << shape.units; edge += 2) {
      const auto tier = testing::place(graph, 0, [edge](std::int32_t unit) {
        return (edge >> unit & 1U) != 0 ? Tier::edge : Tier::device;
      });
      EXPECT_GE(static_cast<std::int64_t>(published_price(request, tier).value),
                static_cast<std::int64_t>(least));
    }
  }
}

// algorithms.md 1.2: wrong on 437 of 3000 there. Wrong: not what the corrected model, as free of
// round trip and result as the paper's, finds the best of the placements that the paper means.
TEST(DadsAsPublished, IsWrongOnManyRandomGraphs) {
  int wrong = 0, too_low = 0;
  constexpr int kGraphs = 3000;
  double furthest = 1;
  for (std::uint32_t seed = 0; seed < kGraphs; ++seed) {
    testing::RandomShape shape;
    shape.units = 3 + static_cast<int>(seed % 6);
    shape.unreachable = false;
    graph::LayerGraph graph = testing::random_dag(seed, shape);
    std::mt19937 random(seed);
    for (graph::Unit& unit : graph.units) {  // both tiers alike, as the experiment there had it
      if (unit.id == 0) continue;
      for (auto& time : unit.time) {
        time = Nanoseconds(std::uniform_int_distribution<int>(1, 40)(random));
      }
      unit.output_bytes = std::uniform_int_distribution<int>(1, 40)(random);
    }
    PlanRequest request = request_for(graph);
    request.result_bytes = 0;
    const std::optional<Plan> published = make_dads_as_published()->plan(request);
    const std::optional<Plan> exact = make_dads()->plan(request);
    ASSERT_TRUE(published && exact);
    const PublishedPrice believed = published_price(request, published->tier);
    const auto value = static_cast<std::int64_t>(believed.value);
    EXPECT_LE(value, exact->predicted.count());
    wrong += believed.flows_back ? 1 : 0;
    too_low += value < published->predicted.count() ? 1 : 0;
    furthest = std::max(furthest, static_cast<double>(exact->predicted.count()) /
                                      static_cast<double>(std::max<std::int64_t>(value, 1)));
  }
  std::printf(
      "dads-as-published: data flows back on %.1f %% of %d graphs; believes too little on "
      "%.1f %%; the optimum is up to %.2f x what it believes\n",
      100.0 * wrong / kGraphs, kGraphs, 100.0 * too_low / kGraphs, furthest);
  EXPECT_GT(wrong, kGraphs / 20);
  EXPECT_LT(wrong, kGraphs / 2);
}

// algorithms.md 1.2: with the input free to stand on the edge, as eq. (4) has it, 2946 of 3000.
TEST(DadsAsPublished, WouldSendNothingAndRunAllOnTheEdgeIfTheInputWereNotPinned) {
  int degenerate = 0;
  constexpr int kGraphs = 1000;
  for (std::uint32_t seed = 0; seed < kGraphs; ++seed) {
    testing::RandomShape shape;
    shape.units = 3 + static_cast<int>(seed % 6);
    shape.unreachable = false;
    const graph::LayerGraph graph = testing::random_dag(seed, shape);
    CutProblem problem = internal::cut_problem(request_for(graph), 0);
    problem.nodes.front().compute = {0, 0, 0};
    problem.crossing = {};
    const std::optional<Labels> labels =
        internal::cut_labels(problem, internal::FlowBack::free_of_charge);
    ASSERT_TRUE(labels);
    degenerate += labels->front() == Tier::edge ? 1 : 0;
  }
  std::printf("without a pinned input: %.1f %% of %d answers have it on the edge, for nothing\n",
              100.0 * degenerate / kGraphs, kGraphs);
  EXPECT_GT(degenerate, kGraphs * 7 / 10);
}

/// Least longest stage over all placements that let no data flow back.
std::optional<Nanoseconds> least_longest_stage(const PlanRequest& request) {
  std::optional<Nanoseconds> least;
  const graph::LayerGraph& graph = request.graph;
  for (std::uint32_t edge = 0; edge < 1U << graph.units.size(); edge += 2) {
    const auto on_edge = [edge](std::int32_t unit) { return (edge >> unit & 1U) != 0; };
    bool outwards = true;
    for (const graph::Unit& unit : graph.units) {
      for (const graph::ValueId& input : unit.inputs) {
        outwards = outwards && (on_edge(unit.id) || !on_edge(input.unit));
      }
    }
    if (!outwards) continue;
    const std::optional<Plan> plan =
        price_plan(request, 0, testing::place(graph, 0, [&](std::int32_t unit) {
                     return on_edge(unit) ? Tier::edge : Tier::device;
                   }));
    if (!plan) continue;
    const Nanoseconds longest = stage_times(request, *plan).longest();
    if (!least || longest < *least) least = longest;
  }
  return least;
}

TEST(DadsHeavy, ComesCloseToTheLeastLongestStage) {
  testing::GapTally gap, latency_optimal;
  for (std::uint32_t seed = 0; seed < 1000; ++seed) {
    SCOPED_TRACE(seed);
    const RandomRequest random(seed, 2, 9);
    const std::optional<Plan> plan = make_dads_heavy()->plan(random.request);
    const std::optional<Nanoseconds> least = least_longest_stage(random.request);
    ASSERT_EQ(plan.has_value(), least.has_value());
    if (!plan) continue;
    const Nanoseconds longest = stage_times(random.request, *plan).longest();
    EXPECT_GE(longest, *least);
    gap.add(longest.count(), least->count());
    const std::optional<Plan> light = make_dads()->plan(random.request);
    latency_optimal.add(stage_times(random.request, *light).longest().count(), least->count());
  }
  std::printf("dads-heavy, longest stage against the least, %s\n", gap.text().c_str());
  std::printf("dads, the same, %s\n", latency_optimal.text().c_str());
  EXPECT_GT(gap.optimal_share(), 0.88);
  EXPECT_LT(gap.mean(), 1.02);
  EXPECT_LT(gap.max(), 3.0);
}

TEST(StageTimes, LeaveOutWhatOccupiesNothing) {
  const graph::LayerGraph graph = testing::narrow_chain();
  PlanRequest request = request_for(graph, {1e9, 1e9, Nanoseconds(31)});
  request.edge_queue = Nanoseconds(1000);
  const std::optional<Plan> plan = make_dads()->plan(request);
  ASSERT_EQ(units_on(*plan, Tier::edge), (UnitRanges{{3, 4}}));
  const StageTimes times = stage_times(request, *plan);
  EXPECT_EQ(times.device, Nanoseconds(500));
  EXPECT_EQ(times.uplink, Nanoseconds(50));
  EXPECT_EQ(times.edge, Nanoseconds(460));
  EXPECT_EQ(times.downlink, Nanoseconds(10));
  EXPECT_EQ(times.longest(), Nanoseconds(500));
}

}  // namespace
}  // namespace branchline::planner
