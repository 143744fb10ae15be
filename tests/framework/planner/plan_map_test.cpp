#include "framework/planner/plan_map.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "framework/base/error.h"
#include "framework/planner/algorithms/exact.h"
#include "framework/planner/plan_cost.h"
#include "tests/support/codec_choices.h"
#include "tests/support/common_graphs.h"
#include "tests/support/placement_uses.h"
#include "tests/support/plan_requests.h"

namespace branchline::planner {
namespace {

using testing::PlacementUses;
using testing::request_for;

double linear_latency(const PlacementUses& uses, const MapConditions& now,
                      std::int64_t result_bytes) {
  const double remote = static_cast<double>((now.link.round_trip + now.edge_queue).count()) +
                        static_cast<double>(result_bytes) * 1e9 / now.link.downlink_bytes_per_s;
  return now.device_factor * static_cast<double>(uses.device_ns) +
         now.edge_factor * static_cast<double>(uses.edge_ns) +
         static_cast<double>(uses.uplink_bytes) * 1e9 / now.link.uplink_bytes_per_s +
         (uses.remote ? remote : 0);
}

MapConditions random_conditions(std::mt19937& random) {
  std::uniform_real_distribution<double> exponent(-1.5, 1.5);
  std::uniform_int_distribution<std::int64_t> queue(0, 500);
  return {testing::random_link(random), std::pow(10.0, exponent(random)),
          std::pow(10.0, exponent(random)), Nanoseconds(queue(random))};
}

graph::LayerGraph random_graph(std::uint32_t seed) {
  testing::RandomShape shape;
  shape.units = 2 + static_cast<int>(seed % 9);
  shape.largest_time = shape.largest_bytes = seed % 4 == 0 ? 4 : 1000;  // small numbers: coplanar
  shape.chain = seed % 5 == 0;
  return testing::random_dag(seed, shape);
}

TEST(PlanMap, HoldsTheFastestPlanUnderAnyConditions) {
  int questions = 0;
  std::size_t most_plans = 0;
  for (std::uint32_t seed = 0; seed < 1500; ++seed) {
    SCOPED_TRACE(seed);
    const graph::LayerGraph graph = random_graph(seed);
    const PlanMap map = plan_map(request_for(graph), 0);
    const std::vector<PlacementUses> all = testing::all_placement_uses(graph, 0);
    ASSERT_EQ(map.plans.empty(), all.empty());
    if (all.empty()) continue;
    most_plans = std::max(most_plans, map.plans.size());
    std::mt19937 random(seed);
    for (int question = 0; question < 20; ++question) {
      const MapConditions now = random_conditions(random);
      double best = std::numeric_limits<double>::infinity();
      for (const PlacementUses& uses : all) {
        best = std::min(best, linear_latency(uses, now, map.result_bytes));
      }
      const std::optional<MapChoice> choice = map.look_up(now);
      ASSERT_TRUE(choice);
      EXPECT_NEAR(static_cast<double>(choice->predicted.count()), best, 0.5 + 1e-9 * best);
      EXPECT_EQ(map.latency(map.plans[choice->plan], now), choice->predicted);
      ++questions;
    }
  }
  EXPECT_GT(questions, 20000);
  EXPECT_GT(most_plans, 7U) << "else the graphs ask little";
}

/// Each plan of a map is needed: it is a placement that can run and no other one dominates it.
TEST(PlanMap, HoldsOnlyPlansThatRunAndThatNoneDominates) {
  for (std::uint32_t seed = 0; seed < 1000; ++seed) {
    SCOPED_TRACE(seed);
    const graph::LayerGraph graph = random_graph(seed);
    const PlanRequest request = request_for(graph);
    const PlanMap map = plan_map(request, 0);
    for (const MapPlan& plan : map.plans) {
      const std::optional<Plan> priced = price_plan(request, 0, plan.tier);
      ASSERT_TRUE(priced);
      EXPECT_EQ(priced->breakdown.device, plan.device_time);
      EXPECT_EQ(priced->breakdown.edge, plan.edge_time);
      EXPECT_EQ(priced->uplink_bytes, plan.uplink_bytes);
      EXPECT_EQ(plan.remote, !units_on(*priced, Tier::edge).empty());
      if (!plan.remote) continue;  // always held: only it pays nothing for leaving
      for (const PlacementUses& other : testing::all_placement_uses(graph, 0)) {
        const bool no_worse = other.device_ns <= plan.device_time.count() &&
                              other.edge_ns <= plan.edge_time.count() &&
                              other.uplink_bytes <= plan.uplink_bytes;
        const bool same = other.device_ns == plan.device_time.count() &&
                          other.edge_ns == plan.edge_time.count() &&
                          other.uplink_bytes == plan.uplink_bytes;
        EXPECT_FALSE(no_worse && !same);
      }
    }
  }
}

/// Which codec is best changes with link and load: a look-up equals trying every placement with
/// every codec under the very conditions of the moment.
TEST(PlanMap, ChoosesTheCodecsToo) {
  int encoded = 0, raw = 0;
  for (std::uint32_t seed = 0; seed < 600; ++seed) {
    SCOPED_TRACE(seed);
    testing::RandomShape shape;
    shape.units = 2 + static_cast<int>(seed % 6);
    graph::LayerGraph graph = testing::random_dag(seed, shape);
    testing::add_random_codecs(graph, seed);
    const PlanRequest request = request_for(graph);
    const PlanMap map = plan_map(request, 0);
    std::vector<PlacementUses> all;
    testing::EveryWay(request, 0).visit([&all](const testing::WaySum& sum) {
      all.push_back({sum.device_ns, sum.edge_ns, sum.uplink_bytes, sum.remote});
    });
    ASSERT_EQ(map.plans.empty(), all.empty());
    std::mt19937 random(seed);
    for (int question = 0; question < 20 && !all.empty(); ++question) {
      const MapConditions now = random_conditions(random);
      double best = std::numeric_limits<double>::infinity();
      for (const PlacementUses& uses : all) {
        best = std::min(best, linear_latency(uses, now, map.result_bytes));
      }
      const std::optional<MapChoice> choice = map.look_up(now);
      EXPECT_NEAR(static_cast<double>(choice->predicted.count()), best, 0.5 + 1e-9 * best);
      const MapPlan& plan = map.plans[choice->plan];
      const std::optional<Plan> priced = price_plan(request, 0, plan.tier, plan.codecs);
      ASSERT_TRUE(priced);
      EXPECT_EQ(priced->breakdown.device, plan.device_time);
      EXPECT_EQ(priced->breakdown.edge, plan.edge_time);
      EXPECT_EQ(priced->uplink_bytes, plan.uplink_bytes);
      EXPECT_EQ(priced->accuracy_loss, plan.accuracy_loss);
      if (plan.remote) ++(plan.codecs.empty() ? raw : encoded);
    }
  }
  EXPECT_GT(encoded, 500);
  EXPECT_GT(raw, 500);
}

TEST(PlanMap, TakesFewMinCuts) {
  for (std::uint32_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    testing::RandomShape shape;
    shape.units = 40;
    shape.largest_time = 1000000;
    shape.largest_bytes = 1000000;
    const graph::LayerGraph graph = testing::random_dag(seed, shape);
    const PlanMap map = plan_map(request_for(graph), 0);
    EXPECT_LE(map.min_cuts, 4 * static_cast<int>(map.plans.size()) + 12);
  }
}

TEST(PlanMap, AgreesWithTheExactPlannerOnALargerGraph) {
  for (std::uint32_t seed = 0; seed < 30; ++seed) {
    SCOPED_TRACE(seed);
    testing::RandomShape shape;
    shape.units = 60;
    shape.unreachable = false;
    shape.largest_time = 1000000;
    shape.largest_bytes = 1000000;
    const graph::LayerGraph graph = testing::random_dag(seed, shape);
    const PlanMap map = plan_map(request_for(graph), 0);
    std::mt19937 random(seed);
    for (int question = 0; question < 20; ++question) {
      PlanRequest request = request_for(graph, testing::random_link(random));
      request.edge_queue = Nanoseconds(question * 1000);
      const std::optional<Plan> exact = make_exact_two_tier()->plan(request);
      const std::optional<MapChoice> choice = map.look_up({request.link, 1, 1, request.edge_queue});
      // price_plan rounds each transfer by at most half a nanosecond.
      EXPECT_NEAR(static_cast<double>(choice->predicted.count()),
                  static_cast<double>(exact->predicted.count()), 32.0);
    }
  }
}

TEST(PlanMap, KnowsThatAFixedCostFavoursTheDevice) {
  const graph::LayerGraph graph = testing::narrow_chain();
  const PlanMap map = plan_map(request_for(graph), 0);
  MapConditions now{{1e12, 1e12, Nanoseconds(0)}, 1, 1, Nanoseconds(0)};
  EXPECT_TRUE(map.plans[map.look_up(now)->plan].remote);
  now.edge_queue = Nanoseconds(1000000);
  EXPECT_FALSE(map.plans[map.look_up(now)->plan].remote);
}

TEST(PlanMap, RefusesSumsThatDoNotFit) {
  graph::LayerGraph graph = testing::narrow_chain();
  graph.units[2].time[0] = Nanoseconds(1LL << 40);
  EXPECT_THROW(plan_map(request_for(graph), 0), InputError);
}

}  // namespace
}  // namespace branchline::planner
