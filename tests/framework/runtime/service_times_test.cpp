#include "framework/runtime/service_times.h"

#include <gtest/gtest.h>

namespace branchline::runtime {
namespace {

using namespace std::chrono_literals;

void try_stacks(ServiceTimes& times, const std::array<double, 4>& relative) {
  times.note_company();
  ASSERT_TRUE(times.claim_trial());
  times.set_trial(relative);
}

TEST(ServiceTimes, SeveralCostAsMuchAsOneByOneUntilMeasured) {
  ServiceTimes times(true);
  times.set_alone(10ms);
  EXPECT_EQ(times.of(4), 40ms);
  EXPECT_FALSE(times.pays(4));
}

TEST(ServiceTimes, OnlyWhatIsClearlyShorterPays) {
  ServiceTimes times(true);
  times.set_alone(10ms);
  try_stacks(times, {1, 1.8, 3.9, 0});
  EXPECT_EQ(times.of(2), 18ms);
  EXPECT_TRUE(times.pays(2));
  EXPECT_FALSE(times.pays(4)) << "saves 2.5 %";
  EXPECT_EQ(times.of(8), 80ms) << "not measured";
  EXPECT_FALSE(times.pays(8));
}

TEST(ServiceTimes, FollowsWhatIsMeasured) {
  ServiceTimes times(true);
  times.set_alone(10ms);
  try_stacks(times, {1, 1.5, 0, 0});
  for (int i = 0; i < 50; ++i) times.follow(2, 21ms);
  EXPECT_NEAR(static_cast<double>(times.of(2).count()), 21e6, 1e4);
  EXPECT_FALSE(times.pays(2));
  for (int i = 0; i < 50; ++i) times.follow(1, 20ms);
  EXPECT_TRUE(times.pays(2)) << "the machine became slower, for one alone too";
}

TEST(ServiceTimes, OneRunThatWasHeldUpCountsForThreeAtMost) {
  ServiceTimes times(false);
  times.set_alone(10ms);
  times.follow(1, 10s);
  EXPECT_LT(times.of(1), 15ms);
}

TEST(ServiceTimes, IsTalkedDownToHalfOfWhatWasMeasuredAtMost) {
  ServiceTimes times(false);
  times.set_alone(16ms);
  for (int i = 0; i < 100; ++i) times.distrust();
  EXPECT_EQ(times.of(1), 8ms);
  times.follow(1, 16ms);
  EXPECT_EQ(times.of(1), 16ms) << "it was distrusted wrongly";
}

TEST(ServiceTimes, TalkedDownOftenItStillRemembersWhatWasMeasured) {
  ServiceTimes times(false);
  times.set_alone(16ms);
  for (int round = 0; round < 10; ++round) {
    for (int i = 0; i < 100; ++i) times.distrust();
    EXPECT_EQ(times.of(1), 8ms) << round;
    times.note_unfinished(1, 9ms);
  }
}

TEST(ServiceTimes, ADistrustedTimeThatWasWrongFollowsFromWhereItStands) {
  ServiceTimes times(false);
  times.set_alone(20ms);
  while (times.of(1) > 11ms) times.distrust();
  for (int i = 0; i < 3; ++i) times.follow(1, 11ms);
  EXPECT_NEAR(static_cast<double>(times.of(1).count()), 11e6, 1e5);
}

TEST(ServiceTimes, ARunThatWasGivenUpTookThatLongAtLeast) {
  ServiceTimes times(true);
  times.set_alone(15ms);
  while (times.of(1) > 8ms) times.distrust();
  times.note_unfinished(1, 5ms);
  EXPECT_LE(times.of(1), 8ms) << "that shows nothing";
  times.note_unfinished(1, 10ms);
  EXPECT_EQ(times.of(1), 15ms);
  times.note_unfinished(1, 40ms);
  EXPECT_EQ(times.of(1), 20ms) << "by a fifth";
  times.note_unfinished(2, 50ms);
  EXPECT_EQ(times.of(2), 42ms);
}

TEST(ServiceTimes, IsTriedOnceWhenTwoWaitedAtOnce) {
  ServiceTimes times(true);
  EXPECT_FALSE(times.claim_trial()) << "nobody waited";
  times.note_company();
  EXPECT_TRUE(times.claim_trial());
  times.note_company();
  EXPECT_FALSE(times.claim_trial()) << "it is under way";
  times.set_trial({1, 2.1, 0, 0});
  times.note_company();
  EXPECT_FALSE(times.claim_trial()) << "it is known";
  for (int i = 0; i < 500; ++i) times.follow(1, 10ms);
  times.note_company();
  EXPECT_TRUE(times.claim_trial()) << "that was long ago";
}

TEST(ServiceTimes, AStackThatFailsDuringALaterTrialForbidsAllTheSame) {
  ServiceTimes times(true);
  times.set_alone(10ms);
  try_stacks(times, {1, 1.5, 0, 0});
  ASSERT_TRUE(times.pays(2));
  for (int i = 0; i < 500; ++i) times.follow(1, 10ms);
  times.note_company();
  ASSERT_TRUE(times.claim_trial());
  times.forbid();
  times.set_trial({1, 1.5, 0, 0});
  EXPECT_FALSE(times.pays(2));
}

TEST(ServiceTimes, IsNeverTriedWhereTheModelCannot) {
  ServiceTimes fixed(false);
  fixed.note_company();
  EXPECT_FALSE(fixed.claim_trial());
  ServiceTimes wrong(true);
  wrong.note_company();
  EXPECT_TRUE(wrong.claim_trial());
  wrong.forbid();
  for (int i = 0; i < 1000; ++i) wrong.follow(1, 10ms);
  wrong.note_company();
  EXPECT_FALSE(wrong.claim_trial());
}

}  // namespace
}  // namespace branchline::runtime
