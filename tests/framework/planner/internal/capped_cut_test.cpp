#include "framework/planner/internal/capped_cut.h"

#include <gtest/gtest.h>

#include <iostream>

#include "framework/planner/algorithms/brute_force.h"
#include "framework/planner/algorithms/exact.h"
#include "tests/support/codec_choices.h"
#include "tests/support/common_graphs.h"
#include "tests/support/plan_requests.h"

namespace branchline::planner::internal {
namespace {

using testing::ns;
using testing::request_for;

/// Least time of all placements and codecs that keep the caps.
std::optional<std::int64_t> least_within_caps(const PlanRequest& request) {
  std::optional<std::int64_t> least;
  testing::EveryWay(request, 0).visit([&](const testing::WaySum& sum) {
    const bool lossy = request.max_accuracy_loss &&
                       sum.loss_thousandths > std::llround(*request.max_accuracy_loss * 1000);
    const bool heavy = request.max_uplink_bytes && sum.uplink_bytes > *request.max_uplink_bytes;
    if (lossy || heavy) return;
    if (!least || sum.time_ns < *least) least = sum.time_ns;
  });
  return least;
}

/// What became of one kind of cap on random graphs.
struct CapScore {
  int planned = 0, binding = 0, optimal = 0, proven = 0, missed = 0;
  double worst = 1, sum = 0;
};

CapScore try_caps(bool loss, bool bytes, int tiers) {
  CapScore score;
  for (std::uint32_t seed = 0; seed < 6000; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    testing::RandomShape shape;
    shape.tiers = tiers;
    shape.units = 3 + static_cast<int>(seed % (tiers == 3 ? 4 : 7));
    graph::LayerGraph graph = testing::random_dag(seed, shape);
    testing::add_random_codecs(graph, seed);
    PlanRequest request = request_for(graph, testing::random_link(random));
    if (tiers == 3) request.link2 = testing::random_link(random);
    request.exit = 0;
    if (loss) request.max_accuracy_loss = static_cast<double>(seed % 25) / 1000;
    if (bytes) request.max_uplink_bytes = static_cast<std::int64_t>(seed % 7) * 100;
    const std::optional<std::int64_t> least = least_within_caps(request);
    const std::optional<Plan> brute = make_brute_force()->plan(request);
    EXPECT_EQ(brute.has_value(), least.has_value());
    if (!brute || !least) continue;
    EXPECT_EQ(brute->predicted.count(), *least) << "brute is the optimum under caps too";
    const CappedCut cut = capped_cut(request, 0);
    EXPECT_LE(cut.bound.count(), *least);
    if (!cut.plan) {
      ++score.missed;
      continue;
    }
    const Plan& plan = *cut.plan;
    EXPECT_GE(plan.predicted.count(), *least);
    EXPECT_EQ(price_plan(request, 0, plan.tier, plan.codecs), plan);
    if (loss) {
      EXPECT_LE(plan.accuracy_loss, *request.max_accuracy_loss + 1e-9);
    }
    if (bytes) {
      EXPECT_LE(plan.uplink_bytes, *request.max_uplink_bytes);
    }
    PlanRequest free = request;
    free.max_accuracy_loss.reset();
    free.max_uplink_bytes.reset();
    ++score.planned;
    score.binding += make_exact_three_tier()->plan(free)->predicted.count() < *least ? 1 : 0;
    score.optimal += plan.predicted.count() == *least ? 1 : 0;
    score.proven += plan.predicted == cut.bound ? 1 : 0;
    const double ratio =
        *least > 0 ? static_cast<double>(plan.predicted.count()) / static_cast<double>(*least) : 1;
    score.sum += ratio;
    score.worst = std::max(score.worst, ratio);
  }
  std::cout << (loss ? "loss " : "") << (bytes ? "bytes " : "") << tiers << " tiers: planned "
            << score.planned << ", binding " << score.binding << ", optimal " << score.optimal
            << ", proven " << score.proven << ", missed " << score.missed << ", mean "
            << score.sum / score.planned << ", worst " << score.worst << '\n';
  return score;
}

TEST(CappedCut, IsNearlyTheOptimumUnderACapOnTheLoss) {
  const CapScore score = try_caps(true, false, 2);
  EXPECT_GT(score.binding, 100);
  EXPECT_EQ(score.missed, 0);
  EXPECT_GE(score.optimal * 1000, score.planned * 999);
}

TEST(CappedCut, IsNearlyTheOptimumUnderACapOnTheBytes) {
  const CapScore score = try_caps(false, true, 2);
  EXPECT_GT(score.binding, 100);
  EXPECT_GE(score.optimal * 1000, score.planned * 999);
}

TEST(CappedCut, IsNearlyTheOptimumUnderBothCapsOnThreeTiers) {
  const CapScore score = try_caps(true, true, 3);
  EXPECT_GT(score.binding, 100);
  EXPECT_GE(score.optimal * 1000, score.planned * 999);
}

/// One value crosses, so that leaving out what loses too much is all there is to do.
TEST(CappedCut, IsExactOnChainsUnderACapOnTheLoss) {
  for (std::uint32_t seed = 0; seed < 1000; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    testing::RandomShape shape;
    shape.chain = true;
    graph::LayerGraph graph = testing::random_dag(seed, shape);
    testing::add_random_codecs(graph, seed);
    PlanRequest request = request_for(graph, testing::random_link(random));
    request.max_accuracy_loss = static_cast<double>(seed % 20) / 1000;
    const std::optional<Plan> plan = make_exact_two_tier()->plan(request);
    EXPECT_EQ(plan, make_brute_force()->plan(request));
  }
}

TEST(CappedCut, EqualsThePlanWithoutCapsWhenTheyDoNotBind) {
  for (std::uint32_t seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    graph::LayerGraph graph = testing::random_dag(seed, {});
    testing::add_random_codecs(graph, seed);
    PlanRequest request = request_for(graph, testing::random_link(random));
    const std::optional<Plan> plan = make_exact_two_tier()->plan(request);
    request.max_accuracy_loss = 1.0;
    request.max_uplink_bytes = 1'000'000;
    EXPECT_EQ(make_exact_two_tier()->plan(request), plan);
  }
}

}  // namespace
}  // namespace branchline::planner::internal
