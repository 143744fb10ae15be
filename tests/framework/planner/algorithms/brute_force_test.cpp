#include "framework/planner/algorithms/brute_force.h"

#include <gmock/gmock.h>

#include <cmath>

#include "framework/base/error.h"
#include "tests/support/common_graphs.h"
#include "tests/support/plan_requests.h"

namespace branchline::planner {
namespace {

using testing::Placement;
using testing::request_for;

/// Every labelling of the units, monotone ones kept: shares nothing with the search under test.
std::optional<Plan> best_labelling(const PlanRequest& request, int exit) {
  const auto tiers = request.graph.tiers.size();
  const std::size_t units = request.graph.units.size();
  const std::vector<bool> needed = graph::units_of_exit(request.graph, exit);
  testing::NaiveSearch search(request, exit);
  std::size_t labellings = 1;
  for (std::size_t id = 1; id < units; ++id) labellings *= tiers;
  for (std::size_t code = 0; code < labellings; ++code) {
    Placement placement(units);
    std::size_t rest = code;
    bool monotone = true;
    for (std::size_t id = 0; id < units; ++id) {
      const Tier tier = id == 0 ? Tier::device : static_cast<Tier>(rest % tiers);
      if (id > 0) rest /= tiers;
      if (!needed[id]) {
        monotone = monotone && tier == Tier::device;  // count each placement once
        continue;
      }
      placement[id] = tier;
      for (const graph::ValueId& input : request.graph.units[id].inputs) {
        monotone = monotone && *placement[static_cast<std::size_t>(input.unit)] <= tier;
      }
    }
    if (monotone) search.consider(placement);
  }
  return search.best();
}

void expect_equal_to_labelling(int tiers, std::uint32_t seeds, int most_units) {
  int planned = 0;
  for (std::uint32_t seed = 0; seed < seeds; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    testing::RandomShape shape;
    shape.tiers = tiers;
    shape.units = 2 + static_cast<int>(seed) % (most_units - 1);
    shape.exits = 2;
    const bool small_numbers = seed % 3 == 0;
    if (small_numbers) shape.largest_time = shape.largest_bytes = 3;
    const graph::LayerGraph graph = testing::random_dag(seed, shape);
    PlanRequest request =
        request_for(graph, small_numbers ? testing::byte_per_ns() : testing::random_link(random));
    if (tiers == 3 && !small_numbers) request.link2 = testing::random_link(random);
    request.edge_queue = Nanoseconds(seed % 4);
    for (int exit = 0; exit < 2; ++exit) {
      request.exit = exit;
      const std::optional<Plan> plan = make_brute_force()->plan(request);
      EXPECT_EQ(plan, best_labelling(request, exit));
      planned += plan ? 1 : 0;
    }
  }
  EXPECT_GT(planned, static_cast<int>(seeds));
}

TEST(BruteForce, EqualsEveryMonotoneLabellingOnTwoTiers) { expect_equal_to_labelling(2, 400, 9); }

TEST(BruteForce, EqualsEveryMonotoneLabellingOnThreeTiers) { expect_equal_to_labelling(3, 200, 7); }

TEST(BruteForce, SolvesTheDadsCounterexample) {
  // algorithms.md 1.2: the optimum is 56, only the input local; the published graph claims 41.
  const graph::LayerGraph graph = testing::dads_counterexample();
  PlanRequest request = request_for(graph);
  request.result_bytes = 0;
  const std::optional<Plan> plan = make_brute_force()->plan(request);
  EXPECT_EQ(plan->predicted, Nanoseconds(56));
  EXPECT_EQ(units_on(*plan, Tier::device), (UnitRanges{{0, 0}}));
}

TEST(BruteForce, RefusesAGraphThatIsTooLargeAndNamesTheLimit) {
  testing::RandomShape shape;
  shape.chain = true;
  shape.units = kBruteUnitsTwoTiers + 2;
  const graph::LayerGraph graph = testing::random_dag(1, shape);
  try {
    make_brute_force()->plan(request_for(graph));
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("needs 23 units"));
    EXPECT_THAT(error.what(), ::testing::HasSubstr("at most 22"));
  }
}

TEST(BruteForce, CountsOnlyTheUnitsOfTheExit) {
  testing::RandomShape shape;
  shape.chain = true;
  shape.unreachable = false;
  shape.units = kBruteUnitsTwoTiers + 2;
  shape.exits = 2;
  const graph::LayerGraph graph = testing::random_dag(1, shape);
  PlanRequest request = request_for(graph);
  request.exit = 0;
  EXPECT_TRUE(make_brute_force()->plan(request));
}

}  // namespace
}  // namespace branchline::planner
