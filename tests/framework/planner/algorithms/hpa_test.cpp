#include "framework/planner/algorithms/hpa.h"

#include <gtest/gtest.h>

#include <cstdio>

#include "framework/planner/algorithms/brute_force.h"
#include "framework/planner/algorithms/exact.h"
#include "framework/planner/internal/chain_cut.h"
#include "tests/support/random_requests.h"

namespace branchline::planner {
namespace {

using testing::RandomRequest;
using testing::request_for;

void print_gap(const char* what, const testing::GapTally& gap) {
  std::printf("hpa to exact3, %s, %s\n", what, gap.text().c_str());
}

testing::GapTally gap_to_exact(int tiers, int most_units, RandomRequest::Kind kind) {
  testing::GapTally gap;
  for (std::uint32_t seed = 0; seed < 2000; ++seed) {
    SCOPED_TRACE(seed);
    const RandomRequest random(seed, tiers, most_units, kind);
    const std::optional<Plan> plan = make_hpa()->plan(random.request);
    const std::optional<Plan> exact = make_exact_three_tier()->plan(random.request);
    if (!plan) continue;
    EXPECT_TRUE(exact);
    EXPECT_FALSE(better(*plan, *exact));
    gap.add(plan->predicted.count(), exact->predicted.count());
  }
  EXPECT_GT(gap.cases(), 1000);
  return gap;
}

// T4.2
TEST(Hpa, ComesCloseToTheOptimum) {
  const testing::GapTally two = gap_to_exact(2, 10, RandomRequest::kAnyDag);
  print_gap("two tiers, dags of up to 10 units", two);
  const testing::GapTally three = gap_to_exact(3, 10, RandomRequest::kAnyDag);
  print_gap("three tiers, dags of up to 10 units", three);
  const testing::GapTally large = gap_to_exact(3, 60, RandomRequest::kAnyDag);
  print_gap("three tiers, dags of up to 60 units", large);
  const testing::GapTally blocks = gap_to_exact(3, 60, RandomRequest::kBlocks);
  print_gap("three tiers, chains of blocks of up to 60 units", blocks);
  EXPECT_GT(two.optimal_share(), 0.9);
  EXPECT_GT(three.optimal_share(), 0.8);
  EXPECT_LT(three.mean(), 1.05);
  EXPECT_LT(large.mean(), 1.1);
  EXPECT_LT(blocks.mean(), 1.05);
}

// T4.2
TEST(Hpa, IsNeverWorseThanTheBestSingleTier) {
  for (std::uint32_t seed = 0; seed < 2000; ++seed) {
    SCOPED_TRACE(seed);
    const RandomRequest random(seed, 3, 30);
    const std::optional<Plan> plan = make_hpa()->plan(random.request);
    for (const Tier tier : {Tier::device, Tier::edge, Tier::cloud}) {
      const auto placement = testing::place(random.request.graph, 0, [tier](std::int32_t unit) {
        return unit == 0 ? Tier::device : tier;
      });
      const std::optional<Plan> single = price_plan(random.request, 0, placement);
      if (!single) continue;
      ASSERT_TRUE(plan);
      EXPECT_LE(plan->predicted, single->predicted);
    }
  }
}

TEST(Hpa, IsOptimalOnChains) {
  for (std::uint32_t seed = 0; seed < 1000; ++seed) {
    SCOPED_TRACE(seed);
    testing::RandomShape shape;
    shape.units = 2 + static_cast<int>(seed % 40);
    shape.tiers = 3;
    shape.chain = true;
    const graph::LayerGraph graph = testing::random_dag(seed, shape);
    std::mt19937 random(seed);
    PlanRequest request = request_for(graph, testing::random_link(random));
    request.link2 = testing::random_link(random);
    const std::optional<Plan> plan = make_hpa()->plan(request);
    const std::optional<Plan> exact = make_exact_three_tier()->plan(request);
    ASSERT_EQ(plan.has_value(), exact.has_value());
    if (plan) {
      EXPECT_EQ(plan->predicted, exact->predicted);
    }
  }
}

/// Every way to give each block one tier, and each cut vertex one, by cost_of.
TEST(ChainCut, IsTheBestOfAllPlacementsWithOneTierABlock) {
  for (std::uint32_t seed = 0; seed < 600; ++seed) {
    SCOPED_TRACE(seed);
    const RandomRequest random(seed, 3, 9, RandomRequest::kBlocks);
    const internal::CutProblem problem = internal::cut_problem(random.request, 0);
    const std::vector<std::int32_t> cuts = graph::cut_vertices(random.request.graph, 0);
    std::vector<std::size_t>
        group;  // by node: 2k for cut vertex k, 2k + 1 for the inside behind it
    for (std::size_t at = 0, k = 0; at < problem.nodes.size(); ++at) {
      const bool is_cut = k < cuts.size() && problem.nodes[at].unit == cuts[k];
      group.push_back(is_cut ? 2 * k++ : 2 * k - 1);
    }
    internal::Cost least = internal::kForbidden;
    internal::Labels tiers(2 * cuts.size(), Tier::device);
    const auto visit = [&](const auto& self, std::size_t at, int from) -> void {
      if (at == 2 * cuts.size() - 1) {
        internal::Labels labels;
        for (const std::size_t g : group) labels.push_back(tiers[g]);
        const internal::Cost cost = internal::cost_of(problem, labels);
        const bool wins =
            cost != internal::kForbidden && (least == internal::kForbidden || cost < least);
        if (wins) least = cost;
        return;
      }
      for (int tier = from; tier < 3; ++tier) {
        tiers[at] = static_cast<Tier>(tier);
        self(self, at + 1, tier);
        if (at == 0) break;
      }
    };
    visit(visit, 0, 0);
    const std::optional<internal::Labels> labels = internal::chain_cut(problem, cuts);
    ASSERT_EQ(labels.has_value(), least != internal::kForbidden);
    if (labels) {
      EXPECT_TRUE(internal::cost_of(problem, *labels) == least);
    }
  }
}

TEST(Hpa, PlansAWideGraphOfAHundredThousandUnits) {
  constexpr std::int32_t kUnits = 100'000;
  graph::LayerGraph graph = testing::two_tier_graph("wide");
  testing::add_unit(graph, {0, 0}, 1000, {});
  for (std::int32_t id = 1; id + 1 < kUnits; ++id) testing::add_unit(graph, {9, 1}, 3, {0});
  testing::add_unit(graph, {9, 1}, 3, {});
  for (std::int32_t id = 1; id + 1 < kUnits; ++id) graph.units.back().inputs.push_back({id, 0});
  testing::add_exit(graph, kUnits - 1, 0.9);
  const std::optional<Plan> plan = make_hpa()->plan(request_for(graph));
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan, make_exact_two_tier()->plan(request_for(graph)));
}

}  // namespace
}  // namespace branchline::planner
