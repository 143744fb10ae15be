#include "framework/runtime/service_times.h"

#include <gtest/gtest.h>

namespace branchline::runtime {
namespace {

using namespace std::chrono_literals;

TEST(ServiceTimes, SeveralCostAsMuchAsOneByOneUntilMeasured) {
  ServiceTimes times(true);
  times.set_alone(10ms);
  EXPECT_EQ(times.of(4), 40ms);
  EXPECT_FALSE(times.pays(4));
}

TEST(ServiceTimes, OnlyWhatIsClearlyShorterPays) {
  ServiceTimes times(true);
  times.set_alone(10ms);
  times.set_trial({1, 1.8, 3.9, 0});
  EXPECT_EQ(times.of(2), 18ms);
  EXPECT_TRUE(times.pays(2));
  EXPECT_FALSE(times.pays(4)) << "saves 2.5 %";
  EXPECT_EQ(times.of(8), 80ms) << "not measured";
  EXPECT_FALSE(times.pays(8));
}

TEST(ServiceTimes, FollowsWhatIsMeasured) {
  ServiceTimes times(true);
  times.set_alone(10ms);
  times.set_trial({1, 1.5, 0, 0});
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
