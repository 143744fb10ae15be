#include "framework/planner/algorithms/dads_heavy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>

#include "framework/planner/algorithms/dads.h"
#include "framework/planner/internal/exact_cut.h"
#include "framework/planner/plan_cost.h"
#include "framework/planner/stage_times.h"
#include "tests/support/random_requests.h"

namespace branchline::planner {
namespace {

using internal::CutProblem;
using testing::request_for;

/// A chain's cuts are all there is, so the least longest stage is the best of them.
Nanoseconds least_longest_stage_of_chain(const PlanRequest& request) {
  Nanoseconds least = Nanoseconds::max();
  for (std::int32_t last_on_device = 0; last_on_device < request.graph.unit_count();
       ++last_on_device) {
    const std::optional<Plan> plan =
        price_plan(request, 0, testing::place(request.graph, 0, [&](std::int32_t unit) {
                     return unit <= last_on_device ? Tier::device : Tier::edge;
                   }));
    if (plan) least = std::min(least, stage_times(request, *plan).longest());
  }
  return least;
}

TEST(DadsHeavy, IsOptimalOnLongChains) {
  testing::GapTally gap, latency_optimal;
  for (std::uint32_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    testing::RandomShape shape;
    shape.units = 65 + static_cast<int>(seed % 60);
    shape.chain = true;
    shape.unreachable = false;
    const graph::LayerGraph graph = testing::random_dag(seed, shape);
    std::mt19937 random(seed);
    LinkSpeed link = testing::random_link(random);
    link.uplink_bytes_per_s *= 10;
    const PlanRequest request = request_for(graph, link);
    const std::optional<Plan> plan = make_dads_heavy()->plan(request);
    const std::optional<Plan> light = make_dads()->plan(request);
    ASSERT_TRUE(plan && light);
    const std::int64_t least = least_longest_stage_of_chain(request).count();
    gap.add(stage_times(request, *plan).longest().count(), least);
    latency_optimal.add(stage_times(request, *light).longest().count(), least);
  }
  std::printf("dads-heavy on chains of 65 to 124 units, longest stage against the least, %s\n",
              gap.text().c_str());
  std::printf("dads, the same, %s\n", latency_optimal.text().c_str());
  EXPECT_EQ(gap.optimal_share(), 1.0);
}

/// The longest stage is at least any convex combination of device, uplink and edge: the least of
/// each combination is a min-cut.
std::int64_t bound_on_longest_stage(const PlanRequest& request) {
  const CutProblem problem = internal::cut_problem(request, 0);
  constexpr int kParts = 16;
  internal::Cost bound = 0;
  for (int device = 0; device <= kParts; ++device) {
    for (int edge = 0; device + edge <= kParts; ++edge) {
      CutProblem weighted = problem;
      weighted.crossing = {};
      for (internal::CutNode& node : weighted.nodes) {
        if (node.compute[0] != internal::kForbidden) node.compute[0] *= device;
        if (node.compute[1] != internal::kForbidden) node.compute[1] *= edge;
        if (node.send[0] != internal::kForbidden) node.send[0] *= kParts - device - edge;
      }
      const std::optional<internal::ExactCut> cut = internal::exact_cut(weighted);
      if (cut) bound = std::max(bound, cut->cost / kParts);
    }
  }
  return static_cast<std::int64_t>(bound);
}

/// Each unit reads two of the five before it: hardly a cut vertex.
graph::LayerGraph graph_without_cut_vertices(std::uint32_t seed, int units) {
  testing::RandomShape shape;
  shape.units = units;
  shape.unreachable = false;
  shape.chain = true;
  graph::LayerGraph graph = testing::random_dag(seed, shape);
  std::mt19937 random(seed);
  for (graph::Unit& unit : graph.units) {
    if (unit.id < 2) continue;
    std::uniform_int_distribution<std::int32_t> back(2, std::min(5, unit.id));
    unit.inputs = {{unit.id - 1, 0}, {unit.id - back(random), 0}};
  }
  return graph;
}

/// Above 64 units no single unit is moved, so that all depends on the grid of weights.
TEST(DadsHeavy, FindsGoodWeightsForLargeGraphs) {
  testing::GapTally gap, latency_optimal;
  for (std::uint32_t seed = 1; seed < 150; ++seed) {
    SCOPED_TRACE(seed);
    const graph::LayerGraph graph =
        graph_without_cut_vertices(seed, 65 + static_cast<int>(seed % 40));
    std::mt19937 random(seed);
    LinkSpeed link = testing::random_link(random);
    link.uplink_bytes_per_s *= 10;
    const PlanRequest request = request_for(graph, link);
    const std::optional<Plan> plan = make_dads_heavy()->plan(request);
    const std::optional<Plan> light = make_dads()->plan(request);
    ASSERT_TRUE(plan && light);
    const std::int64_t bound = bound_on_longest_stage(request);
    const std::int64_t longest = stage_times(request, *plan).longest().count();
    EXPECT_GE(longest, bound);
    gap.add(longest, bound);
    latency_optimal.add(stage_times(request, *light).longest().count(), bound);
  }
  std::printf(
      "dads-heavy on 65 to 104 units without cut vertices, longest stage against a bound, %s\n",
      gap.text().c_str());
  std::printf("dads, the same, %s\n", latency_optimal.text().c_str());
  EXPECT_LT(gap.mean(), latency_optimal.mean());
}

}  // namespace
}  // namespace branchline::planner
