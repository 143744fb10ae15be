#include "framework/planner/repartition.h"

#include <gtest/gtest.h>

#include <cstdio>

#include "framework/planner/algorithms/exact.h"
#include "framework/planner/plan_cost.h"
#include "tests/support/random_requests.h"

namespace branchline::planner {
namespace {

using testing::RandomRequest;
using testing::request_for;

/// A plan, and what has changed since it was made.
class ChangedWorld {
 public:
  ChangedWorld(std::uint32_t seed, int tiers, int most_units)
      : before_(seed, tiers, most_units, RandomRequest::kBlocks),
        graph_(before_.request.graph),
        in_force(make_exact_three_tier()->plan(before_.request)),
        now{graph_, before_.request.link,         before_.request.link2,     std::nullopt,
            {},     before_.request.result_bytes, before_.request.edge_queue} {
    std::mt19937 random(seed + 77);
    if (seed % 2 == 0) {
      now.link.uplink_bytes_per_s *= seed % 4 == 0 ? 5 : 0.2;
    }
    if (seed % 3 != 0) {
      for (int change = 0; change < 3; ++change) {
        const auto unit =
            std::uniform_int_distribution<std::size_t>(1, graph_.units.size() - 1)(random);
        for (auto& time : graph_.units[unit].time) {
          if (time) *time = *time * 3 + Nanoseconds(change);
        }
      }
    }
  }

  WeightChanges changes() const { return changes_between(before_.request, now, 0.2); }

 private:
  RandomRequest before_;
  graph::LayerGraph graph_;

 public:
  std::optional<Plan> in_force;
  PlanRequest now;
};

TEST(Repartition, IsNeverWorseThanBeforeAndNeverBetterThanTheOptimum) {
  testing::GapTally gap;
  int improved = 0;
  for (std::uint32_t seed = 0; seed < 3000; ++seed) {
    SCOPED_TRACE(seed);
    const ChangedWorld world(seed, seed % 5 < 3 ? 2 : 3, 40);
    if (!world.in_force) continue;
    const std::optional<Repartition> part =
        repartition(world.now, *world.in_force, world.changes(), {});
    ASSERT_TRUE(part && part->before);
    EXPECT_LE(part->plan.predicted, *part->before);
    EXPECT_EQ(price_plan(world.now, 0, part->plan.tier), part->plan);
    const std::optional<Plan> optimum = make_exact_three_tier()->plan(world.now);
    ASSERT_TRUE(optimum);
    EXPECT_FALSE(better(part->plan, *optimum));
    gap.add(part->plan.predicted.count(), optimum->predicted.count());
    improved += part->plan.predicted < *part->before ? 1 : 0;
  }
  std::printf("partial to full, %s; improved %d plans\n", gap.text().c_str(), improved);
  EXPECT_GT(improved, 100);
  EXPECT_GT(gap.optimal_share(), 0.8);
}

TEST(Repartition, FindsTheOptimumWhenEverythingMayMove) {
  SwitchTerms all;
  all.window_blocks = std::nullopt;
  for (std::uint32_t seed = 0; seed < 2000; ++seed) {
    SCOPED_TRACE(seed);
    const ChangedWorld world(seed, seed % 5 < 3 ? 2 : 3, 40);
    if (!world.in_force) continue;
    const std::optional<Repartition> part =
        repartition(world.now, *world.in_force, {{}, true}, all);
    ASSERT_TRUE(part);
    EXPECT_EQ(part->plan, make_exact_three_tier()->plan(world.now));
  }
}

/// A chain with its cut behind unit 5 000 of 10 000.
graph::LayerGraph long_chain() {
  graph::LayerGraph graph = testing::two_tier_graph("long chain");
  testing::add_unit(graph, {0, 0}, 1'000'000, {});
  for (std::int32_t id = 1; id < 10'000; ++id) {
    testing::add_unit(graph, {id <= 5000 ? 1 : 100, 1}, id == 5000 ? 10 : 1000, {id - 1});
  }
  testing::add_exit(graph, 9'999, 0.9);
  return graph;
}

TEST(Repartition, SolvesOnlyTheWindow) {
  const graph::LayerGraph graph = long_chain();
  PlanRequest now = request_for(graph);
  const Plan in_force = *make_exact_two_tier()->plan(now);
  ASSERT_EQ(units_on(in_force, Tier::edge), (UnitRanges{{5001, 9999}}));
  for (const int window : {0, 1, 2, 10, 100}) {
    SwitchTerms terms;
    terms.window_blocks = window;
    const std::optional<Repartition> part = repartition(now, in_force, {{}, true}, terms);
    EXPECT_EQ(part->solved_units, 2 * window + 2);
  }
  EXPECT_EQ(repartition(now, in_force, {{5001}, false}, {})->solved_units, 3);
  EXPECT_EQ(repartition(now, in_force, {}, {})->solved_units, 0) << "nothing changed";
}

TEST(Repartition, MovesTheCutWhenAUnitBesideItSlowsDown) {
  graph::LayerGraph graph = long_chain();
  graph.units[5000].output_bytes = graph.units[4999].output_bytes = 10;
  const PlanRequest before = request_for(graph);
  const Plan in_force = *make_exact_two_tier()->plan(before);
  ASSERT_EQ(in_force.tier[5000], Tier::device);
  graph::LayerGraph slower = graph;
  slower.units[5000].time[0] = Nanoseconds(60);
  const PlanRequest now = request_for(slower);
  const WeightChanges changes = changes_between(before, now, 0.2);
  EXPECT_EQ(changes.units, (std::vector<std::int32_t>{5000}));
  EXPECT_FALSE(changes.links);
  const std::optional<Repartition> part = repartition(now, in_force, changes, {});
  EXPECT_EQ(part->plan, make_exact_two_tier()->plan(now));
  EXPECT_EQ(part->plan.tier[5000], Tier::edge);
  EXPECT_TRUE(part->apply);
}

TEST(Repartition, AppliesOnlyWhenTheGainExceedsTheSwitch) {
  graph::LayerGraph graph = long_chain();
  graph.units[4999].output_bytes = 10;
  graph.units[5000].features.weight_bytes = 500;
  const Plan in_force = *make_exact_two_tier()->plan(request_for(graph));
  graph.units[5000].time[0] = Nanoseconds(61);  // 60 ns more than on the edge
  const PlanRequest now = request_for(graph);
  SwitchTerms terms;
  terms.warm_up = Nanoseconds(100);
  terms.resident.assign(graph.units.size(), false);
  terms.frames = 10;
  const std::optional<Repartition> part = repartition(now, in_force, {{5000}, false}, terms);
  EXPECT_EQ(part->switching, Nanoseconds(100 + 500));
  EXPECT_EQ(*part->before - part->plan.predicted, Nanoseconds(60));
  EXPECT_FALSE(part->apply) << "600 ns of gain against as much";
  terms.frames = 11;
  EXPECT_TRUE(repartition(now, in_force, {{5000}, false}, terms)->apply);
  terms.frames = 10;
  terms.resident[5000] = true;
  EXPECT_TRUE(repartition(now, in_force, {{5000}, false}, terms)->apply);
}

TEST(Repartition, LeavesATierThatIsLost) {
  graph::LayerGraph graph = testing::narrow_chain();
  const Plan in_force = *make_exact_two_tier()->plan(request_for(graph));
  ASSERT_EQ(units_on(in_force, Tier::edge), (UnitRanges{{3, 4}}));
  graph.units[4].time[1] = std::nullopt;
  const std::optional<Repartition> part =
      repartition(request_for(graph), in_force, {{4}, false}, {});
  ASSERT_TRUE(part);
  EXPECT_EQ(part->before, std::nullopt);
  EXPECT_TRUE(part->apply);
  EXPECT_EQ(units_on(part->plan, Tier::edge), UnitRanges{});
  graph.units[4].time[0] = std::nullopt;
  EXPECT_FALSE(repartition(request_for(graph), in_force, {{4}, false}, {})) << "it runs nowhere";
}

TEST(ChangeTrigger, WantsThreeSamplesInARowOnOneSide) {
  ChangeTrigger trigger(100);
  for (const double sample : {119.0, 121.0, 121.0, 81.0, 121.0, 121.0}) {
    EXPECT_FALSE(trigger.add(sample)) << sample;
  }
  EXPECT_TRUE(trigger.add(121));
  EXPECT_FALSE(trigger.add(79)) << "the other side counts anew";
  EXPECT_FALSE(trigger.add(79));
  EXPECT_TRUE(trigger.add(79));
  EXPECT_FALSE(trigger.add(100));
}

}  // namespace
}  // namespace branchline::planner
