#include "framework/planner/bandwidth_envelope.h"

#include <gtest/gtest.h>

#include <cmath>

#include "framework/planner/algorithms/brute_force.h"
#include "framework/planner/algorithms/exact.h"
#include "framework/planner/plan_cost.h"
#include "tests/support/common_graphs.h"
#include "tests/support/plan_requests.h"

namespace branchline::planner {
namespace {

using testing::request_for;

/// Times and bytes in the thousands of millions: a rounded nanosecond per transfer is nothing.
graph::LayerGraph random_graph(std::uint32_t seed, int units) {
  testing::RandomShape shape;
  shape.units = units;
  shape.largest_time = 2000000000;
  shape.largest_bytes = 2000000000;
  return testing::random_dag(seed, shape);
}

TEST(BandwidthEnvelope, EqualsBruteForceAtAnyGoodput) {
  int questions = 0;
  double min_cuts = 0;
  for (std::uint32_t seed = 0; seed < 800; ++seed) {
    SCOPED_TRACE(seed);
    const graph::LayerGraph graph = random_graph(seed, 2 + static_cast<int>(seed % 8));
    std::mt19937 random(seed);
    PlanRequest request = request_for(graph, testing::random_link(random));
    request.edge_queue = Nanoseconds(seed);
    const BandwidthEnvelope envelope = bandwidth_envelope(request, 0);
    min_cuts += envelope.min_cuts;
    for (int step = 0; step < 8; ++step) {
      request.link.uplink_bytes_per_s = testing::random_link(random).uplink_bytes_per_s;
      const std::optional<Plan> best = make_brute_force()->plan(request);
      const auto place = envelope.look_up(request.link.uplink_bytes_per_s);
      ASSERT_EQ(best.has_value(), place.has_value());
      if (!best) continue;
      const std::optional<Plan> chosen = price_plan(request, 0, envelope.plans[*place].tier);
      ASSERT_TRUE(chosen);
      EXPECT_NEAR(static_cast<double>(chosen->predicted.count()),
                  static_cast<double>(best->predicted.count()), 8.0);
      EXPECT_NEAR(static_cast<double>(BandwidthEnvelope::latency(envelope.plans[*place],
                                                                 request.link.uplink_bytes_per_s)
                                          .count()),
                  static_cast<double>(best->predicted.count()), 8.0);
      ++questions;
    }
  }
  EXPECT_GT(questions, 4800);
  std::printf("%.1f min-cuts an envelope\n", min_cuts / 800);
}

TEST(BandwidthEnvelope, ChangesPlanExactlyWhereTwoPlansTakeEquallyLong) {
  for (std::uint32_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    const graph::LayerGraph graph = random_graph(seed, 30);
    const BandwidthEnvelope envelope = bandwidth_envelope(request_for(graph), 0);
    EXPECT_LE(envelope.min_cuts, 2 * static_cast<int>(envelope.plans.size()) + 1);
    for (std::size_t place = 1; place < envelope.plans.size(); ++place) {
      const double goodput = envelope.plans[place].from_bytes_per_s;
      EXPECT_GT(goodput, envelope.plans[place - 1].from_bytes_per_s);
      EXPECT_GT(envelope.plans[place].uplink_bytes, envelope.plans[place - 1].uplink_bytes);
      const double before = static_cast<double>(
          BandwidthEnvelope::latency(envelope.plans[place - 1], goodput).count());
      const double from =
          static_cast<double>(BandwidthEnvelope::latency(envelope.plans[place], goodput).count());
      EXPECT_NEAR(before, from, 2.0 + 1e-9 * from);
      EXPECT_EQ(envelope.look_up(goodput * 1.000001), place);
      EXPECT_EQ(envelope.look_up(goodput * 0.999999), place - 1);
    }
  }
}

/// Chains that narrow have many plans, one or more inside each half of the search.
TEST(BandwidthEnvelope, EqualsTheExactPlannerOnNarrowingChains) {
  std::size_t most_plans = 0;
  for (std::uint32_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    std::uniform_int_distribution<std::int64_t> time(1000000, 9000000), bytes(500000, 1000000);
    graph::LayerGraph graph = testing::two_tier_graph("narrowing");
    testing::add_unit(graph, {0, 0}, 40000000, {});
    for (std::int32_t unit = 1; unit < 30; ++unit) {
      const std::int64_t edge = time(random);
      testing::add_unit(graph, {5 * edge, edge}, bytes(random) * (31 - unit), {unit - 1});
    }
    testing::add_exit(graph, 29, 0.9);
    PlanRequest request = request_for(graph);
    const BandwidthEnvelope envelope = bandwidth_envelope(request, 0);
    most_plans = std::max(most_plans, envelope.plans.size());
    for (double goodput = 1e6; goodput < 1e12; goodput *= 1.3) {
      request.link.uplink_bytes_per_s = goodput;
      const std::optional<Plan> exact = make_exact_two_tier()->plan(request);
      const EnvelopePlan& plan = envelope.plans[*envelope.look_up(goodput)];
      EXPECT_NEAR(static_cast<double>(BandwidthEnvelope::latency(plan, goodput).count()),
                  static_cast<double>(exact->predicted.count()), 2.0);
    }
  }
  EXPECT_GT(most_plans, 5U);
}

TEST(BandwidthEnvelope, OfTheNarrowChainByHand) {
  const graph::LayerGraph graph = testing::narrow_chain();
  const BandwidthEnvelope envelope = bandwidth_envelope(request_for(graph), 0);
  // Device 5100 ns; behind unit 2: 500 + 460 + 10 ns and 50 bytes; input: 510 + 10 ns and 1000
  // bytes.
  ASSERT_EQ(envelope.plans.size(), 3U);
  EXPECT_EQ(envelope.plans[0].fixed, Nanoseconds(5100));
  EXPECT_EQ(envelope.plans[1].fixed, Nanoseconds(970));
  EXPECT_EQ(envelope.plans[2].fixed, Nanoseconds(520));
  EXPECT_DOUBLE_EQ(envelope.plans[1].from_bytes_per_s, 50e9 / (5100 - 970));
  EXPECT_DOUBLE_EQ(envelope.plans[2].from_bytes_per_s, 950e9 / (970 - 520));
}

TEST(BandwidthEnvelope, IsEmptyWhenNothingCanRun) {
  graph::LayerGraph graph = testing::narrow_chain();
  graph.units[3].time = {std::nullopt, std::nullopt};
  EXPECT_FALSE(bandwidth_envelope(request_for(graph), 0).look_up(1e6));
}

}  // namespace
}  // namespace branchline::planner
