/// Plans when the device reaches the cloud past the edge: PlanRequest::direct_link.
#include <gtest/gtest.h>

#include <cstdio>

#include "framework/base/error.h"
#include "framework/planner/algorithms/brute_force.h"
#include "framework/planner/algorithms/exact.h"
#include "framework/planner/plan_cost.h"
#include "tests/support/random_requests.h"

namespace branchline::planner {
namespace {

using testing::C;
using testing::D;
using testing::E;
using testing::RandomRequest;
using testing::request_for;

/// Unit 1's output is read on the edge and the cloud, unit 0's on the device and the cloud.
///
///     0:100 ─► 1:60 ─► 2:20 ─► 3:8 ─► exit1
///       │        └───────────────┤
///       └────────────────────────┘
graph::LayerGraph two_readers() {
  graph::LayerGraph graph = testing::two_tier_graph("two readers");
  graph.tiers.push_back(Tier::cloud);
  testing::add_unit(graph, {0, 0, 0}, 100, {});
  testing::add_unit(graph, {7, 3, 1}, 60, {0});
  testing::add_unit(graph, {7, 3, 1}, 20, {1});
  testing::add_unit(graph, {7, 3, 1}, 8, {0, 1, 2});
  testing::add_exit(graph, 3, 0.9);
  return graph;
}

PlanRequest with_direct_link(const graph::LayerGraph& graph, Nanoseconds round_trip) {
  PlanRequest request = request_for(graph, {1e9, 1e9, Nanoseconds(10)});
  request.link2 = LinkSpeed{1e9, 1e9, Nanoseconds(20)};
  request.edge_queue = Nanoseconds(1000);
  request.direct_link = LinkSpeed{1e9, 4e9, round_trip};
  return request;
}

TEST(DirectLink, CarriesWhatTheCloudReadsAndTheEdgeDoesNot) {
  const graph::LayerGraph graph = two_readers();
  const PlanRequest request = with_direct_link(graph, Nanoseconds(41));
  const std::optional<Plan> plan = price_plan(request, 0, {D, D, E, C});
  ASSERT_TRUE(plan);
  // 60 over the edge on both hops, since the edge needs them; 20 on from the edge; 100 directly,
  // and the result, 8 at 4 bytes/ns, too. Both hops are used, so all three round trips are paid.
  EXPECT_EQ(plan->uplink_bytes, 60);
  EXPECT_EQ(plan->uplink2_bytes, 60 + 20);
  EXPECT_EQ(plan->direct_uplink_bytes, 100);
  EXPECT_EQ(plan->direct_downlink_bytes, 8);
  EXPECT_EQ(plan->downlink_bytes + plan->downlink2_bytes, 0);
  EXPECT_EQ(plan->breakdown.direct_uplink, Nanoseconds(100 + 21));
  EXPECT_EQ(plan->breakdown.direct_downlink, Nanoseconds(2 + 20));
  EXPECT_EQ(plan->predicted, Nanoseconds(7 + 3 + 1 + 60 + 80 + 100 + 2 + 10 + 20 + 41 + 1000));
}

TEST(DirectLink, SparesTheEdgesQueueAndRoundTripsWhenNothingGoesThere) {
  const graph::LayerGraph graph = two_readers();
  const PlanRequest request = with_direct_link(graph, Nanoseconds(41));
  const std::optional<Plan> plan = price_plan(request, 0, {D, C, C, C});
  EXPECT_EQ(plan->predicted, Nanoseconds(3 + 100 + 2 + 41));
  EXPECT_EQ(plan->breakdown.edge, Nanoseconds(0));
}

TEST(DirectLink, IsLeftAloneWhenItsRoundTripCostsMoreThanItSaves) {
  const graph::LayerGraph graph = two_readers();
  PlanRequest request = with_direct_link(graph, Nanoseconds(1'000'000));
  const std::optional<Plan> plan = price_plan(request, 0, {D, D, E, C});
  request.direct_link = std::nullopt;
  EXPECT_EQ(plan, price_plan(request, 0, {D, D, E, C}));
}

TEST(DirectLink, NeedsACloud) {
  const graph::LayerGraph graph = testing::diamond();
  PlanRequest request = request_for(graph);
  request.direct_link = testing::byte_per_ns();
  EXPECT_THROW(make_exact_two_tier()->plan(request), InputError);
}

// algorithms.md 1.3: there the relay's plan is optimal in 86 %, mean 1.02 x, max 1.57 x.
TEST(DirectLink, ExactThreeTierComesCloseToTheOptimum) {
  testing::GapTally gap, relay_gap;
  int used = 0;
  for (std::uint32_t seed = 0; seed < 1500; ++seed) {
    SCOPED_TRACE(seed);
    const RandomRequest random(seed, 3, 8);
    PlanRequest request = random.request;
    const std::optional<Plan> relayed = make_exact_three_tier()->plan(request);
    std::mt19937 draw(seed + 1);
    request.direct_link = testing::random_link(draw);
    const std::optional<Plan> plan = make_exact_three_tier()->plan(request);
    const std::optional<Plan> best = make_brute_force()->plan(request);
    ASSERT_EQ(plan.has_value(), best.has_value());
    if (!plan) continue;
    EXPECT_FALSE(better(*plan, *best));
    EXPECT_LE(plan->predicted, relayed->predicted);
    gap.add(plan->predicted.count(), best->predicted.count());
    relay_gap.add(price_plan(request, 0, relayed->tier)->predicted.count(),
                  best->predicted.count());
    used += best->direct_uplink_bytes > 0 ? 1 : 0;
  }
  std::printf("exact3 with a direct link, %s; it is used in %d\n", gap.text().c_str(), used);
  std::printf("the relay's plan priced with it, %s\n", relay_gap.text().c_str());
  EXPECT_GT(used, 100);
  EXPECT_GT(gap.optimal_share(), 0.95);
  EXPECT_LT(gap.mean(), 1.01);
}

}  // namespace
}  // namespace branchline::planner
