#include "framework/planner/plan.h"

#include <gtest/gtest.h>

#include "tests/support/plan_requests.h"

namespace branchline::planner {
namespace {

using testing::C;
using testing::D;
using testing::E;
constexpr std::nullopt_t kAbsent = std::nullopt;

Plan plan_of(std::vector<std::optional<Tier>> tier) {
  Plan plan;
  plan.tier = std::move(tier);
  return plan;
}

TEST(UnitsOn, AreThoseOfTheTier) {
  const Plan plan = plan_of({D, D, kAbsent, E, D, E});
  EXPECT_EQ(units_on(plan, D), (UnitRanges{{0, 1}, {4, 4}}));
  EXPECT_EQ(units_on(plan, E), (UnitRanges{{3, 3}, {5, 5}}));
  EXPECT_EQ(units_on(plan, C), UnitRanges{});
}

TEST(StagesOf, DeviceOnlyIsOneStage) {
  EXPECT_EQ(stages_of(plan_of({D, D, kAbsent, D})),
            (std::vector<PlanStage>{{D, {{0, 1}, {3, 3}}}}));
  EXPECT_EQ(stages_of(plan_of({D})), (std::vector<PlanStage>{{D, {{0, 0}}}}));
}

TEST(StagesOf, EdgeOnlyStartsWithTheInputOnTheDevice) {
  EXPECT_EQ(stages_of(plan_of({D, E, E})), (std::vector<PlanStage>{{D, {{0, 0}}}, {E, {{1, 2}}}}));
}

TEST(StagesOf, ASplitDagNeedsOneStageATierEvenIfIdsInterleave) {
  EXPECT_EQ(stages_of(plan_of({D, D, E, D, E})),
            (std::vector<PlanStage>{{D, {{0, 1}, {3, 3}}}, {E, {{2, 2}, {4, 4}}}}));
}

TEST(StagesOf, EdgentsDirectionComesBackToTheDevice) {
  EXPECT_EQ(stages_of(plan_of({D, E, E, D, kAbsent, D})),
            (std::vector<PlanStage>{{D, {{0, 0}}}, {E, {{1, 2}}}, {D, {{3, 3}, {5, 5}}}}));
}

TEST(StagesOf, ThreeTiersRunOutwards) {
  EXPECT_EQ(stages_of(plan_of({D, D, E, C, E, C})),
            (std::vector<PlanStage>{{D, {{0, 1}}}, {E, {{2, 2}, {4, 4}}}, {C, {{3, 3}, {5, 5}}}}));
  EXPECT_EQ(stages_of(plan_of({D, C})), (std::vector<PlanStage>{{D, {{0, 0}}}, {C, {{1, 1}}}}));
}

}  // namespace
}  // namespace branchline::planner
