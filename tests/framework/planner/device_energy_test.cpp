#include "framework/planner/device_energy.h"

#include <gtest/gtest.h>

#include <cmath>

#include "framework/base/error.h"
#include "framework/planner/algorithms/exact.h"
#include "tests/support/codec_choices.h"
#include "tests/support/common_graphs.h"
#include "tests/support/plan_requests.h"

namespace branchline::planner {
namespace {

using testing::D;
using testing::E;
using testing::ns;
using testing::request_for;

TEST(DeviceEnergy, CountsComputingAndSending) {
  const graph::LayerGraph graph = testing::narrow_chain();
  PlanRequest request = request_for(graph, {1e9, 1e9, ns(80)});
  request.edge_queue = ns(1000);
  const Plan plan = *price_plan(request, 0, {D, D, D, E, E});
  EXPECT_DOUBLE_EQ(device_energy(request, plan, {2, 1.5}), (2 * 500 + 1.5 * 50) / 1e9);
}

TEST(LeastEnergyPlan, EqualsTryingEveryPlacementWithEveryCodec) {
  int other_than_quickest = 0;
  for (std::uint32_t seed = 0; seed < 1500; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    testing::RandomShape shape;
    shape.units = 2 + static_cast<int>(seed % 6);
    graph::LayerGraph graph = testing::random_dag(seed, shape);
    testing::add_random_codecs(graph, seed);
    const PlanRequest request = request_for(graph, testing::random_link(random));
    const DevicePower power{static_cast<double>(seed % 5), static_cast<double>(seed % 7)};
    const double joules_per_s = static_cast<double>(seed % 3);
    double least = INFINITY;
    testing::EveryWay(request, 0).visit([&](const testing::WaySum& sum) {
      least = std::min(least, power.compute_watts * static_cast<double>(sum.device_ns) +
                                  power.radio_watts * static_cast<double>(sum.uplink_ns) +
                                  joules_per_s * static_cast<double>(sum.time_ns));
    });
    const std::optional<Plan> plan = least_energy_plan(request, 0, power, joules_per_s);
    ASSERT_EQ(plan.has_value(), std::isfinite(least));
    if (!plan) continue;
    const double cost = device_energy(request, *plan, power) * 1e9 +
                        joules_per_s * static_cast<double>(plan->predicted.count());
    EXPECT_NEAR(cost, least, 1e-6);
    const std::optional<Plan> quickest = make_exact_two_tier()->plan(request);
    EXPECT_GE(plan->predicted, quickest->predicted);
    other_than_quickest += plan->tier == quickest->tier ? 0 : 1;
  }
  EXPECT_GT(other_than_quickest, 200);
}

TEST(LeastEnergyPlan, IsTheQuickestWhenOnlySecondsCount) {
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    testing::RandomShape shape;
    shape.tiers = seed % 2 == 0 ? 3 : 2;
    graph::LayerGraph graph = testing::random_dag(seed, shape);
    testing::add_random_codecs(graph, seed);
    const PlanRequest request = request_for(graph, testing::random_link(random));
    EXPECT_EQ(least_energy_plan(request, 0, {0, 0}, 1), make_exact_three_tier()->plan(request));
  }
}

TEST(LeastEnergyPlan, RefusesNegativePowers) {
  const graph::LayerGraph graph = testing::narrow_chain();
  EXPECT_THROW(least_energy_plan(request_for(graph), 0, {-1, 0}), InputError);
  EXPECT_THROW(least_energy_plan(request_for(graph), 0, {1, NAN}), InputError);
}

}  // namespace
}  // namespace branchline::planner
