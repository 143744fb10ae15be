#include "framework/planner/adaptation/configuration_map.h"

#include <gtest/gtest.h>

#include <cmath>

#include "framework/base/error.h"
#include "framework/planner/algorithms/edgent.h"
#include "framework/planner/algorithms/exact.h"
#include "framework/planner/plan_cost.h"
#include "tests/support/common_graphs.h"
#include "tests/support/plan_requests.h"

namespace branchline::planner {
namespace {

using testing::request_for;

/// Milliseconds and kilobytes: a rounded nanosecond is nothing.
graph::LayerGraph random_branchy(std::uint32_t seed) {
  testing::RandomShape shape;
  shape.units = 14;
  shape.exits = 3;
  shape.unreachable = false;
  shape.largest_time = 10000000;
  shape.largest_bytes = 10000000;
  return testing::random_dag(seed, shape);
}

PlanRequest random_request(const graph::LayerGraph& graph, std::uint32_t seed) {
  std::mt19937 random(seed);
  PlanRequest request = request_for(graph, testing::random_link(random));
  request.deadline = Nanoseconds(1000000 * (1 + static_cast<std::int64_t>(seed % 30)));
  return request;
}

TEST(BandwidthStates, AreTheMeansOfEquallyLargeGroups) {
  const std::vector<double> states = bandwidth_states({8e6, 1e6, 2e6, 4e6}, 2);
  ASSERT_EQ(states.size(), 2U);
  EXPECT_DOUBLE_EQ(states[0], std::sqrt(2) * 1e6);
  EXPECT_DOUBLE_EQ(states[1], std::sqrt(32) * 1e6);
  EXPECT_EQ(bandwidth_states({5e5, 5e5, 5e5}, 7).size(), 1U);
  EXPECT_TRUE(bandwidth_states({}, 3).empty());
  EXPECT_THROW(bandwidth_states({1e6, 0}, 2), std::logic_error);
}

// T2.7
TEST(ConfigurationMap, HoldsTheStaticPlanAtEachState) {
  const auto planner = make_edgent();
  for (std::uint32_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    const graph::LayerGraph graph = random_branchy(seed);
    PlanRequest request = random_request(graph, seed);
    const ConfigurationMap map =
        configuration_map(*planner, request, {4e9, 2e8, 1e9}, ConfigurationRule::deepest_in_time);
    for (const double state : {2e8, 1e9, 4e9}) {
      const auto place = map.look_up(state);
      ASSERT_TRUE(place);
      EXPECT_EQ(map.entries[*place].uplink_bytes_per_s, state);
      request.link.uplink_bytes_per_s = state;
      EXPECT_EQ(map.entries[*place].plan, planner->plan(request));
    }
  }
}

TEST(ConfigurationMap, RewardsAccuracyAndThroughputOfPlansInTime) {
  const auto planner = make_edgent();
  int differs = 0;
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    graph::LayerGraph graph = random_branchy(seed);
    for (graph::Unit& unit : graph.units) {  // seconds: both terms of the reward matter
      for (auto& time : unit.time) time = *time * 200;
      unit.output_bytes *= 200;
    }
    PlanRequest request = random_request(graph, seed);
    request.deadline = *request.deadline * 200;
    const ConfigurationMap map =
        configuration_map(*planner, request, {1e9}, ConfigurationRule::reward);
    request.link.uplink_bytes_per_s = 1e9;
    double most = 0;
    std::optional<Plan> expected = planner->plan(request);
    for (int exit = 2; exit >= 0; --exit) {
      request.exit = exit;
      const std::optional<Plan> plan = planner->plan(request);
      const double reward = plan->predicted <= *request.deadline
                                ? std::exp(*graph.exits[static_cast<std::size_t>(exit)].accuracy) +
                                      1e9 / static_cast<double>(plan->predicted.count())
                                : 0;
      if (reward <= most) continue;
      most = reward;
      expected = plan;
    }
    EXPECT_EQ(map.entries.at(0).plan, expected);
    request.exit = std::nullopt;
    differs += expected->exit != planner->plan(request)->exit ? 1 : 0;
  }
  EXPECT_GT(differs, 3) << "the reward prefers throughput to depth now and then";
}

TEST(ConfigurationMap, TakesTheNearestStateInRatio) {
  ConfigurationMap map;
  EXPECT_FALSE(map.look_up(1e6));
  for (const double state : {1e6, 4e6, 1e8}) map.entries.push_back({state, {}});
  EXPECT_EQ(map.look_up(1), 0U);
  EXPECT_EQ(map.look_up(1.9e6), 0U);
  EXPECT_EQ(map.look_up(2.1e6), 1U);
  EXPECT_EQ(map.look_up(1.9e7), 1U);
  EXPECT_EQ(map.look_up(2.1e7), 2U);
  EXPECT_EQ(map.look_up(1e12), 2U);
}

TEST(ExactConfigurations, EqualTheExactPlannerAtEveryGoodput) {
  const auto planner = make_exact_two_tier();
  for (std::uint32_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    const graph::LayerGraph graph = random_branchy(seed);
    PlanRequest request = random_request(graph, seed);
    const ExactConfigurations exact = exact_configurations(request);
    for (double goodput = 1e8; goodput < 1e11; goodput *= 1.7) {
      request.link.uplink_bytes_per_s = goodput;
      const auto choice = exact.look_up(goodput);
      const std::optional<Plan> plan = planner->plan(request);
      ASSERT_TRUE(choice);
      EXPECT_EQ(choice->feasible, plan->feasible);
      EXPECT_EQ(choice->exit, plan->exit);
      EXPECT_NEAR(static_cast<double>(choice->predicted.count()),
                  static_cast<double>(plan->predicted.count()), 16);
    }
  }
}

TEST(ConfigurationMap, SaysWhatItLacks) {
  graph::LayerGraph graph = testing::branchy_chain();
  PlanRequest request = request_for(graph);
  const auto planner = make_edgent();
  EXPECT_THROW(configuration_map(*planner, request, {1e6}, ConfigurationRule::deepest_in_time),
               InputError);
  EXPECT_THROW(exact_configurations(request), InputError);
  request.deadline = Nanoseconds(1000);
  graph.exits[1].accuracy = std::nullopt;
  EXPECT_THROW(configuration_map(*planner, request, {1e6}, ConfigurationRule::reward), InputError);
}

}  // namespace
}  // namespace branchline::planner
