#include "framework/planner/algorithms/edgent.h"

#include <gtest/gtest.h>

#include <cmath>

#include "framework/planner/algorithms/neurosurgeon.h"
#include "framework/planner/algorithms/single_tier.h"
#include "tests/support/common_graphs.h"
#include "tests/support/plan_requests.h"

namespace branchline::planner {
namespace {

using testing::D;
using testing::E;
using testing::Placement;
using testing::request_for;

Placement split_behind(const graph::LayerGraph& graph, int exit, std::int32_t cut, Tier front,
                       Tier tail) {
  return testing::place(graph, exit, [=](std::int32_t unit) {
    return unit == 0 ? D : unit <= cut ? front : tail;
  });
}

std::optional<Plan> best_cut(const PlanRequest& request, int exit, Tier front, Tier tail) {
  testing::NaiveSearch search(request, exit);
  for (const std::int32_t cut : graph::cut_vertices(request.graph, exit)) {
    search.consider(split_behind(request.graph, exit, cut, front, tail));
  }
  return search.best();
}

/// T2.1: every exit, every partition point, for both directions.
void expect_exhaustive(const Planner& planner, Tier front, Tier tail, bool chain) {
  int split = 0, planned = 0;
  for (std::uint32_t seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    testing::RandomShape shape;
    shape.units = 3 + static_cast<int>(seed % 12);
    shape.exits = 3;
    shape.chain = chain;
    const bool small_numbers = seed % 3 == 0;
    if (small_numbers) shape.largest_time = shape.largest_bytes = 3;
    const graph::LayerGraph graph = testing::random_dag(seed, shape);
    PlanRequest request =
        request_for(graph, small_numbers ? testing::byte_per_ns() : testing::random_link(random));
    request.edge_queue = Nanoseconds(seed % 4);
    if (seed % 5 == 0) request.result_bytes = 2;
    if (seed % 4 != 0) request.deadline = Nanoseconds(small_numbers ? seed % 20 : seed * 7);
    const auto expected = testing::choose_exit(
        request, [&](int exit) { return best_cut(request, exit, front, tail); });
    const std::optional<Plan> plan = planner.plan(request);
    EXPECT_EQ(plan, expected);
    planned += plan ? 1 : 0;
    split += plan && stages_of(*plan).size() > 1 ? 1 : 0;
  }
  EXPECT_GT(planned, 300);
  EXPECT_GT(split, 50) << "else the comparison says little";
}

TEST(Edgent, EqualsExhaustiveSearchOverExitAndPartitionPoint) {
  expect_exhaustive(*make_edgent(), D, E, true);
}

TEST(EdgentServerFirst, EqualsExhaustiveSearchOverExitAndPartitionPoint) {
  expect_exhaustive(*make_edgent_server_first(), E, D, true);
}

TEST(Edgent, OnADagCutsOnlyBehindCutVertices) { expect_exhaustive(*make_edgent(), D, E, false); }

TEST(EdgentServerFirst, OnADagCutsOnlyBehindCutVertices) {
  expect_exhaustive(*make_edgent_server_first(), E, D, false);
}

// T2.3: the ends of the range are the pure plans.
TEST(Edgent, EndsOfTheRangeAreDeviceOnlyAndEdgeOnly) {
  for (const auto& planner : {make_edgent(), make_edgent_server_first()}) {
    const graph::LayerGraph graph = testing::branchy_chain();
    const PlanRequest dead_link = request_for(graph, {1e-6, 1e-6, Nanoseconds(5)});
    EXPECT_EQ(planner->plan(dead_link), make_device_only()->plan(dead_link)) << planner->name();
    const PlanRequest instant_link = request_for(graph, {1e18, 1e18, Nanoseconds(5)});
    EXPECT_EQ(planner->plan(instant_link), make_edge_only()->plan(instant_link)) << planner->name();
  }
}

TEST(EdgentServerFirst, RunsTheFrontOnTheEdgeAndTheTailAtHome) {
  // The front is dear at home, the tail is dear on the edge, and the middle is small.
  graph::LayerGraph graph = testing::two_tier_graph("dear front");
  testing::add_unit(graph, {0, 0}, 30, {});
  testing::add_unit(graph, {1000, 10}, 20, {0});
  testing::add_unit(graph, {10, 1000}, 5, {1});
  testing::add_exit(graph, 2, 0.9);
  const PlanRequest request = request_for(graph, {1e9, 0.5e9, Nanoseconds(7)});
  const std::optional<Plan> plan = make_edgent_server_first()->plan(request);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->tier, (Placement{D, E, D}));
  EXPECT_EQ(plan->predicted, Nanoseconds(30 + 10 + 40 + 10 + 7));
  EXPECT_EQ(plan->downlink_bytes, 20);
}

/// algorithms.md 2.4: with the corrected cost the paper's direction has nothing to choose where the
/// edge is never slower and no intermediate is smaller than the answer: all at home or all on the
/// edge.
TEST(EdgentServerFirst, HasNoInteriorOptimumWhenTheEdgeIsNeverSlower) {
  for (std::uint32_t seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE(seed);
    testing::RandomShape shape;
    shape.units = 12;
    shape.chain = true;
    shape.unreachable = false;
    graph::LayerGraph graph = testing::random_dag(seed, shape);
    for (graph::Unit& unit : graph.units) {
      unit.time[1] = std::min(*unit.time[0], *unit.time[1]);
      unit.output_bytes = std::max(unit.output_bytes, graph.units.back().output_bytes);
    }
    std::mt19937 random(seed);
    const PlanRequest request = request_for(graph, testing::random_link(random));
    const std::optional<Plan> best = make_edgent_server_first()->plan(request);
    EXPECT_EQ(best->predicted, std::min(make_device_only()->plan(request)->predicted,
                                        make_edge_only()->plan(request)->predicted));
  }
}

TEST(Edgent, NeverBeatsNeurosurgeonWhichMayCutThroughBlocks) {
  const graph::LayerGraph graph = testing::residual_block();
  for (double goodput = 1e8; goodput < 1e11; goodput *= 1.7) {
    const PlanRequest request = request_for(graph, {goodput, goodput, Nanoseconds(0)});
    EXPECT_GE(make_edgent()->plan(request)->predicted,
              make_neurosurgeon()->plan(request)->predicted);
  }
}

/// The printed formula for partition point p (from 1) of exit `exit`, on a chain of one unit a
/// layer.
std::int64_t published_latency(const PlanRequest& request, int exit, std::int32_t p) {
  const std::vector<graph::Unit>& units = request.graph.units;
  const std::int32_t layers = request.graph.exits[static_cast<std::size_t>(exit)].value.unit;
  const auto transfer = [&](std::int32_t unit) {
    return transfer_time(units[static_cast<std::size_t>(unit)].output_bytes,
                         request.link.uplink_bytes_per_s)
        .count();
  };
  const bool device_only = p == 1, server_only = p == layers && p > 1;
  std::int64_t latency = 0;
  for (std::int32_t layer = 1; layer <= layers; ++layer) {
    const auto& time = units[static_cast<std::size_t>(layer)].time;
    if (layer < p) latency += time[1]->count();
    if (layer >= p && !server_only) latency += time[0]->count();
  }
  if (!device_only) latency += transfer(0);
  if (!device_only && !server_only) latency += transfer(p - 1);
  return latency;
}

TEST(EdgentAsPublished, ChoosesByThePrintedFormulaAndPricesHonestly) {
  for (std::uint32_t seed = 0; seed < 400; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    testing::RandomShape shape;
    shape.chain = true;
    shape.unreachable = false;
    shape.units = 3 + static_cast<int>(seed % 9);
    const graph::LayerGraph graph = testing::random_dag(seed, shape);
    const PlanRequest request = request_for(graph, testing::random_link(random));
    const std::int32_t layers = graph.exits[0].value.unit;
    std::int32_t best_p = 1;
    for (std::int32_t p = 2; p <= layers; ++p) {
      if (published_latency(request, 0, p) < published_latency(request, 0, best_p)) best_p = p;
    }
    const std::int32_t cut = best_p == 1 ? 0 : best_p == layers ? layers : best_p - 1;
    EXPECT_EQ(make_edgent_as_published()->plan(request),
              price_plan(request, 0, split_behind(graph, 0, cut, E, D)))
        << "p " << best_p;
  }
}

TEST(EdgentAsPublished, PromisesDeadlinesThatItsPlanMisses) {
  // The last layer is the dear one, and p = N forgets it.
  graph::LayerGraph graph = testing::two_tier_graph("dear end");
  testing::add_unit(graph, {0, 0}, 10, {});
  testing::add_unit(graph, {100, 10}, 10, {0});
  testing::add_exit(graph, 1, 0.5);
  testing::add_unit(graph, {9000, 900}, 10, {1});
  testing::add_exit(graph, 2, 0.9);
  PlanRequest request = request_for(graph);
  request.deadline = Nanoseconds(100);
  const std::optional<Plan> published = make_edgent_as_published()->plan(request);
  EXPECT_EQ(published->exit, 1);
  EXPECT_EQ(published->predicted, Nanoseconds(10 + 910 + 10));
  EXPECT_FALSE(published->feasible);
  const std::optional<Plan> corrected = make_edgent_server_first()->plan(request);
  EXPECT_EQ(corrected->exit, 0);
  EXPECT_TRUE(corrected->feasible);
}

TEST(EdgentAsPublished, KeepsOnlyDeviceOnlyForASingleLayer) {
  graph::LayerGraph graph = testing::two_tier_graph("one layer");
  testing::add_unit(graph, {0, 0}, 1, {});
  testing::add_unit(graph, {1000, 1}, 1, {0});
  testing::add_exit(graph, 1, 0.9);
  EXPECT_EQ(units_on(*make_edgent_as_published()->plan(request_for(graph)), E), UnitRanges{});
  EXPECT_EQ(units_on(*make_edgent_server_first()->plan(request_for(graph)), E),
            (UnitRanges{{1, 1}}));
}

}  // namespace
}  // namespace branchline::planner
