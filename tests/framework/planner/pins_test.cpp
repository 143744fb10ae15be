#include "framework/planner/pins.h"

#include <gmock/gmock.h>

#include "framework/base/error.h"
#include "framework/planner/planner_registry.h"
#include "tests/support/common_graphs.h"
#include "tests/support/plan_requests.h"

namespace branchline::planner {
namespace {

using testing::request_for;

TEST(Pins, EveryPlannerObeys) {
  const PlannerRegistry registry = standard_planners();
  for (std::uint32_t seed = 0; seed < 200; ++seed) {
    testing::RandomShape shape;
    shape.units = 8;
    shape.unreachable = false;
    const graph::LayerGraph graph = testing::random_dag(seed, shape);
    const auto pin = static_cast<std::int32_t>(seed % 8);
    const graph::LayerGraph pinned = pinned_to_device(graph, {pin});
    for (const Planner* planner : registry.all()) {
      SCOPED_TRACE(planner->name() + " seed " + std::to_string(seed));
      const std::optional<Plan> plan = planner->plan(request_for(pinned));
      if (!plan) continue;
      const auto& tier = plan->tier[static_cast<std::size_t>(pin)];
      EXPECT_TRUE(!tier || tier == Tier::device);
    }
    EXPECT_TRUE(registry.find("exact2").plan(request_for(pinned))) << "the device can run it all";
  }
}

TEST(Pins, KeepTheDevicesOwnTime) {
  const graph::LayerGraph pinned = pinned_to_device(testing::narrow_chain(), {3});
  EXPECT_EQ(pinned.units[3].time[0], Nanoseconds(4000));
  EXPECT_EQ(pinned.units[3].time[1], std::nullopt);
  EXPECT_EQ(pinned.units[2], testing::narrow_chain().units[2]);
}

TEST(Pins, AnUnknownUnitIsNamed) {
  for (const std::int32_t unit : {-1, 5}) {
    try {
      pinned_to_device(testing::narrow_chain(), {1, unit});
      FAIL();
    } catch (const InputError& error) {
      EXPECT_THAT(error.what(), ::testing::HasSubstr("no unit " + std::to_string(unit)));
      EXPECT_THAT(error.what(), ::testing::HasSubstr("0 to 4"));
    }
  }
}

}  // namespace
}  // namespace branchline::planner
