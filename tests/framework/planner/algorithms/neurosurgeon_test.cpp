#include "framework/planner/algorithms/neurosurgeon.h"

#include <gtest/gtest.h>

#include <cmath>

#include "framework/planner/algorithms/brute_force.h"
#include "tests/support/common_graphs.h"
#include "tests/support/plan_requests.h"

namespace branchline::planner {
namespace {

using testing::request_for;

std::optional<Plan> best_prefix(const PlanRequest& request, int exit) {
  testing::NaiveSearch search(request, exit);
  for (std::int32_t last = 0; last < request.graph.unit_count(); ++last) {
    search.consider(testing::place(request.graph, exit, [last](std::int32_t unit) {
      return unit <= last ? Tier::device : Tier::edge;
    }));
  }
  return search.best();
}

TEST(Neurosurgeon, CutsTheChainWhereItIsNarrow) {
  const graph::LayerGraph graph = testing::narrow_chain();
  const std::optional<Plan> plan = make_neurosurgeon()->plan(request_for(graph));
  ASSERT_TRUE(plan);
  EXPECT_EQ(units_on(*plan, Tier::device), (UnitRanges{{0, 2}}));
  EXPECT_EQ(plan->predicted, Nanoseconds(500 + 50 + 460 + 10));
}

TEST(Neurosurgeon, EqualsTheBestPrefixOnRandomGraphs) {
  int planned = 0, split = 0;
  for (std::uint32_t seed = 0; seed < 1000; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    testing::RandomShape shape;
    shape.units = 2 + static_cast<int>(seed % 9);
    shape.exits = 2;
    shape.largest_time = seed % 3 == 0 ? 3 : 1000;  // small numbers make ties
    shape.largest_bytes = seed % 3 == 0 ? 3 : 1000;
    const graph::LayerGraph graph = testing::random_dag(seed, shape);
    PlanRequest request =
        request_for(graph, seed % 3 == 0 ? testing::byte_per_ns() : testing::random_link(random));
    request.edge_queue = Nanoseconds(seed % 4);
    if (seed % 5 == 0) request.result_bytes = 3;
    for (int exit = 0; exit < 2; ++exit) {
      request.exit = exit;
      const std::optional<Plan> plan = make_neurosurgeon()->plan(request);
      EXPECT_EQ(plan, best_prefix(request, exit));
      planned += plan ? 1 : 0;
      split += plan && !units_on(*plan, Tier::edge).empty() ? 1 : 0;
    }
  }
  EXPECT_GT(planned, 1000);
  EXPECT_GT(split, 300) << "else the comparison says little";
}

TEST(Neurosurgeon, IsOptimalOnChains) {
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    testing::RandomShape shape;
    shape.chain = true;
    shape.units = 2 + static_cast<int>(seed % 10);
    const graph::LayerGraph graph = testing::random_dag(seed, shape);
    const PlanRequest request = request_for(graph, testing::random_link(random));
    EXPECT_EQ(make_neurosurgeon()->plan(request), make_brute_force()->plan(request));
  }
}

/// Branch 1 is cheap at home and branch 2 on the edge, but ids put 1 before 2 before 3.
///
///           ┌─► 1:1 ──────┐
///     0:10 ─┼─► 2:90 ─────┼─► 4:1 ─► exit1
///           └─► 3:1 ──────┘
TEST(Neurosurgeon, CanMissTheOptimumOfADag) {
  graph::LayerGraph graph = testing::two_tier_graph("three branches");
  testing::add_unit(graph, {0, 0}, 10, {});
  testing::add_unit(graph, {1, 50}, 1, {0});
  testing::add_unit(graph, {900, 1}, 90, {0});
  testing::add_unit(graph, {1, 50}, 1, {0});
  testing::add_unit(graph, {5, 5}, 1, {1, 2, 3});
  testing::add_exit(graph, 4, 0.9);
  const std::optional<Plan> prefix = make_neurosurgeon()->plan(request_for(graph));
  const std::optional<Plan> best = make_brute_force()->plan(request_for(graph));
  EXPECT_EQ(best->predicted, Nanoseconds(1 + 1 + 10 + 1 + 1 + 1 + 5 + 1));
  EXPECT_EQ(units_on(*best, Tier::edge), (UnitRanges{{2, 2}, {4, 4}}));
  EXPECT_EQ(prefix->predicted, Nanoseconds(1 + 10 + 1 + 1 + 50 + 5 + 1));
}

}  // namespace
}  // namespace branchline::planner
