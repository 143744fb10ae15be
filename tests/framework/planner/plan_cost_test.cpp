#include "framework/planner/plan_cost.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "tests/support/common_graphs.h"
#include "tests/support/plan_requests.h"
#include "tests/support/reference_price.h"

namespace branchline::planner {
namespace {

using testing::C;
using testing::D;
using testing::E;
using testing::ns;
using testing::Placement;
using testing::request_for;

TEST(TransferTime, RoundsToTheNearestNanosecond) {
  EXPECT_EQ(transfer_time(1, 3e9), ns(0));
  EXPECT_EQ(transfer_time(2, 3e9), ns(1));
  EXPECT_EQ(transfer_time(1, 2e9), ns(1)) << "halves go up";
  EXPECT_EQ(transfer_time(602112, 250'000), ns(2'408'448'000));
  EXPECT_EQ(transfer_time(0, 1e-9), ns(0));
}

TEST(TransferTime, Saturates) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(transfer_time(kMost, 1), Nanoseconds::max());
  EXPECT_EQ(transfer_time(1, 1e-300), Nanoseconds::max());
  EXPECT_EQ(transfer_time(kMost, 1e9), ns(kMost));
}

TEST(PricePlan, OnTheDeviceIsTheSumOfItsTimes) {
  const graph::LayerGraph graph = testing::narrow_chain();
  const auto plan = price_plan(request_for(graph), 0, {D, D, D, D, D});
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->predicted, ns(5100));
  EXPECT_EQ(plan->breakdown, (Breakdown{ns(5100), ns(0), ns(0), ns(0), ns(0), ns(0), ns(0)}));
  EXPECT_EQ(plan->uplink_bytes + plan->downlink_bytes, 0);
}

TEST(PricePlan, ASplitPaysTransferRoundTripQueueAndResult) {
  const graph::LayerGraph graph = testing::narrow_chain();
  PlanRequest request = request_for(graph, {1e9, 0.5e9, ns(7)});
  request.edge_queue = ns(1000);
  const auto plan = price_plan(request, 0, {D, D, D, E, E});
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->uplink_bytes, 50);
  EXPECT_EQ(plan->downlink_bytes, 10);
  EXPECT_EQ(plan->breakdown.device, ns(500));
  EXPECT_EQ(plan->breakdown.uplink, ns(50 + 4));
  EXPECT_EQ(plan->breakdown.edge, ns(460 + 1000));
  EXPECT_EQ(plan->breakdown.downlink, ns(20 + 3));
  EXPECT_EQ(plan->predicted, ns(500 + 54 + 1460 + 23));
}

TEST(PricePlan, ChargesASharedProducerOnce) {
  const graph::LayerGraph graph = testing::diamond();
  const auto both = price_plan(request_for(graph), 0, {D, E, E, E});
  ASSERT_TRUE(both);
  EXPECT_EQ(both->uplink_bytes, 100);
  const auto one = price_plan(request_for(graph), 0, {D, D, E, E});
  ASSERT_TRUE(one);
  EXPECT_EQ(one->uplink_bytes, 100 + 90);
}

TEST(PricePlan, PricesEdgentsDirection) {
  const graph::LayerGraph graph = testing::narrow_chain();
  const auto plan = price_plan(request_for(graph, {1e9, 0.5e9, ns(10)}), 0, {D, E, E, D, D});
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->uplink_bytes, 1000);
  EXPECT_EQ(plan->downlink_bytes, 50) << "unit 2's output; the exit is at home already";
  EXPECT_EQ(plan->predicted, ns(50 + 4600 + 1000 + 100 + 10));
}

TEST(PricePlan, ADeviceToCloudValueIsRelayedOverBothHops) {
  testing::RandomShape shape;
  shape.tiers = 3;
  shape.units = 2;
  shape.chain = true;
  shape.unreachable = false;
  graph::LayerGraph graph = testing::random_dag(1, shape);
  graph.units[0].output_bytes = 100;
  graph.units[1].output_bytes = 10;
  graph.units[1].time[2] = ns(5);
  PlanRequest request = request_for(graph, {1e9, 1e9, ns(20)});
  request.link2 = LinkSpeed{0.5e9, 0.25e9, ns(30)};
  request.edge_queue = ns(1);
  const auto plan = price_plan(request, 0, {D, C});
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->breakdown,
            (Breakdown{ns(0), ns(100 + 10), ns(1), ns(10 + 10), ns(200 + 15), ns(5), ns(40 + 15)}));
  EXPECT_EQ(plan->uplink2_bytes, 100);
  EXPECT_EQ(plan->downlink2_bytes, 10);
}

TEST(PricePlan, ResultBytesReplaceTheLogits) {
  const graph::LayerGraph graph = testing::narrow_chain();
  PlanRequest request = request_for(graph);
  request.result_bytes = 0;
  EXPECT_EQ(price_plan(request, 0, {D, E, E, E, E})->downlink_bytes, 0);
}

TEST(PricePlan, TheResultIsTheExitsOutputNotAllOfItsUnits) {
  graph::LayerGraph graph = testing::narrow_chain();
  graph.units[4].outputs = {{DType::f32, {1, 10}}, {DType::f32, {1, 2}}};
  graph.units[4].output_bytes = 48;
  graph.exits[0].value.index = 1;
  EXPECT_EQ(price_plan(request_for(graph), 0, {D, E, E, E, E})->downlink_bytes, 8);
}

TEST(PricePlan, KnowsWhatCannotRun) {
  graph::LayerGraph graph = testing::narrow_chain();
  graph.units[3].time[1] = std::nullopt;
  graph.units[2].transmissible = false;
  const PlanRequest request = request_for(graph);
  EXPECT_FALSE(price_plan(request, 0, {D, D, D, E, E})) << "unit 3 cannot run there";
  EXPECT_FALSE(price_plan(request, 0, {D, E, E, D, D})) << "unit 2's output cannot travel";
  EXPECT_TRUE(price_plan(request, 0, {D, D, D, D, E}));
  graph.units[4].transmissible = false;
  EXPECT_FALSE(price_plan(request, 0, {D, D, D, D, E})) << "the result cannot come back";
}

TEST(PricePlan, ComparesWithTheDeadline) {
  const graph::LayerGraph graph = testing::narrow_chain();
  PlanRequest request = request_for(graph);
  request.deadline = ns(5100);
  EXPECT_TRUE(price_plan(request, 0, {D, D, D, D, D})->feasible);
  request.deadline = ns(5099);
  EXPECT_FALSE(price_plan(request, 0, {D, D, D, D, D})->feasible);
}

TEST(PricePlan, RefusesAMalformedPlacement) {
  const graph::LayerGraph graph = testing::branchy_chain();
  const PlanRequest request = request_for(graph);
  EXPECT_THROW(price_plan(request, 0, {D, D, D}), std::logic_error);
  EXPECT_THROW(price_plan(request, 0, Placement(8, D)), std::logic_error)
      << "units of other exits have no tier";
  Placement remote_input = testing::place(graph, 0, [](std::int32_t) { return E; });
  EXPECT_THROW(price_plan(request, 0, remote_input), std::logic_error);
}

TEST(PricePlan, SaturatesInsteadOfOverflowing) {
  graph::LayerGraph graph = testing::diamond();
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  for (graph::Unit& unit : graph.units) {
    unit.output_bytes = kMost;
    unit.time = {ns(kMost), ns(kMost)};
  }
  const auto plan = price_plan(request_for(graph, {1, 1, ns(kMost)}), 0, {D, D, E, E});
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->predicted, ns(kMost));
  EXPECT_EQ(plan->uplink_bytes, kMost);
  EXPECT_EQ(plan->breakdown.device, ns(kMost));
}

TEST(PricePlan, EqualsAnIndependentAccountOnRandomPlacements) {
  int priced = 0;
  for (std::uint32_t seed = 0; seed < 2000; ++seed) {
    std::mt19937 random(seed);
    testing::RandomShape shape;
    shape.units = 2 + static_cast<int>(seed % 8);
    shape.tiers = seed % 3 == 0 ? 3 : 2;
    const graph::LayerGraph graph = testing::random_dag(seed, shape);
    PlanRequest request = request_for(graph, testing::random_link(random));
    if (shape.tiers == 3) request.link2 = testing::random_link(random);
    if (seed % 5 == 0) request.result_bytes = 77;
    request.edge_queue = ns(seed % 7);
    std::uniform_int_distribution<int> tier(0, shape.tiers - 1);
    const Placement placement = testing::place(graph, 0, [&](std::int32_t unit) {
      return unit == 0 ? D : static_cast<Tier>(tier(random));
    });
    const auto plan = price_plan(request, 0, placement);
    const auto reference = testing::reference_price(request, 0, placement);
    ASSERT_EQ(plan.has_value(), reference.has_value()) << seed;
    if (!plan) continue;
    ++priced;
    EXPECT_EQ(plan->predicted.count(), reference->predicted_ns) << seed;
    EXPECT_EQ(plan->uplink_bytes, reference->uplink_bytes) << seed;
    EXPECT_EQ(plan->downlink_bytes, reference->downlink_bytes) << seed;
    EXPECT_EQ(plan->uplink2_bytes, reference->uplink2_bytes) << seed;
    EXPECT_EQ(plan->downlink2_bytes, reference->downlink2_bytes) << seed;
    const Breakdown& part = plan->breakdown;
    EXPECT_EQ(part.device + part.uplink + part.edge + part.downlink + part.uplink2 + part.cloud +
                  part.downlink2,
              plan->predicted)
        << seed;
  }
  EXPECT_GT(priced, 500);
}

Plan plan_with(std::int64_t predicted, Placement tier) {
  Plan plan;
  plan.predicted = ns(predicted);
  plan.tier = std::move(tier);
  return plan;
}

TEST(Better, OrdersByTimeThenHowManyUnitsAreRemoteThenWhich) {
  const std::vector<Plan> ascending = {plan_with(1, {D, C, C, C}), plan_with(2, {D, D, D, D}),
                                       plan_with(2, {D, D, D, E}), plan_with(2, {D, D, D, C}),
                                       plan_with(2, {D, E, E, D}), plan_with(2, {D, E, D, E}),
                                       plan_with(2, {D, C, E, D}), plan_with(2, {D, E, C, D}),
                                       plan_with(2, {D, D, E, C}), plan_with(2, {D, E, E, E})};
  for (std::size_t a = 0; a < ascending.size(); ++a) {
    for (std::size_t b = 0; b < ascending.size(); ++b) {
      EXPECT_EQ(better(ascending[a], ascending[b]), a < b) << a << " " << b;
    }
  }
}

TEST(Better, TreatsUnitsThatDoNotRunAsNotRemote) {
  EXPECT_TRUE(better(plan_with(1, {D, E, std::nullopt}), plan_with(1, {D, E, E})));
}

TEST(TransferTime, RoundsAsInLongDoubleWhateverTheSize) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 200'000; ++round) {
    const auto bytes = static_cast<std::int64_t>(random() >> (1 + random() % 63));
    double goodput = std::pow(10.0, std::uniform_real_distribution<double>(-3, 11)(random));
    if (round % 3 == 0) goodput = std::floor(goodput) + 1;
    if (round % 7 == 0) goodput = 2e9;  // halves
    const long double time = static_cast<long double>(bytes) * 1e9L / goodput;
    const bool fits = time < static_cast<long double>(Nanoseconds::max().count());
    const Nanoseconds expected =
        fits ? Nanoseconds(static_cast<std::int64_t>(std::floor(time + 0.5L))) : Nanoseconds::max();
    ASSERT_EQ(transfer_time(bytes, goodput), expected) << bytes << " at " << goodput;
  }
}

}  // namespace
}  // namespace branchline::planner
