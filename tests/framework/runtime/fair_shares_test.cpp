#include "framework/runtime/fair_shares.h"

#include <gtest/gtest.h>

namespace branchline::runtime {
namespace {

using namespace std::chrono_literals;

class FairSharesTest : public ::testing::Test {
 protected:
  TimePoint now_{1h};
  FairShares shares_;
};

TEST_F(FairSharesTest, WhoIsAloneMayHaveAll) {
  for (int i = 0; i < 10; ++i) {
    const Room room = shares_.room_for(1, now_);
    EXPECT_EQ(room.time, 1);
    EXPECT_EQ(room.waiting, 1);
    EXPECT_EQ(room.bytes, 1);
    shares_.admit(1, 10ms, 1000);
  }
}

TEST_F(FairSharesTest, TheMoreOneHadTheLessRoomItFinds) {
  shares_.room_for(1, now_);
  shares_.admit(1, 30ms, 0);
  shares_.begin(1, 0);
  EXPECT_EQ(shares_.room_for(2, now_).time, 1) << "it has nothing yet";
  shares_.admit(2, 10ms, 0);
  shares_.begin(2, 0);
  EXPECT_EQ(shares_.room_for(1, now_).time, 0.5) << "one and a half times the mean, 20 ms";
  EXPECT_EQ(shares_.room_for(2, now_).time, 1) << "half of the mean";
  shares_.admit(2, 20ms, 0);
  EXPECT_EQ(shares_.room_for(1, now_).time, 0.75) << "equal";
}

TEST_F(FairSharesTest, EachRoomIsSharedByWhatItHolds) {
  shares_.room_for(1, now_);
  shares_.room_for(2, now_);
  shares_.admit(1, 1ns, 3000);
  shares_.admit(2, 10ms, 1000);
  const Room room = shares_.room_for(1, now_);
  EXPECT_EQ(room.time, 1);
  EXPECT_EQ(room.waiting, 0.75);
  EXPECT_EQ(room.bytes, 0.5);
  shares_.begin(1, 3000);
  EXPECT_EQ(shares_.room_for(1, now_).bytes, 1) << "nothing of it waits any more";
}

TEST_F(FairSharesTest, WhatNeverRanIsGivenBack) {
  shares_.room_for(2, now_);
  shares_.room_for(1, now_);
  shares_.admit(1, 10ms, 10);
  shares_.drop(1, 10ms, 10);
  EXPECT_EQ(shares_.room_for(1, now_).time, 1);
}

TEST_F(FairSharesTest, ForgetsWhoStayedAway) {
  shares_.room_for(2, now_);
  shares_.admit(2, 10ms, 10);
  shares_.begin(2, 10);
  shares_.room_for(1, now_);
  shares_.admit(1, 10ms, 10);
  EXPECT_EQ(shares_.room_for(1, now_).time, 0.75);
  now_ += 900ms;
  EXPECT_EQ(shares_.room_for(1, now_).waiting, 0.5) << "the other one is still known";
  now_ += 5s;
  EXPECT_EQ(shares_.room_for(1, now_).waiting, 1) << "alone again";
}

TEST_F(FairSharesTest, WhoWasTurnedAwayCounts) {
  shares_.room_for(1, now_);
  shares_.admit(1, 10ms, 10);
  shares_.room_for(2, now_);
  EXPECT_EQ(shares_.room_for(1, now_).time, 0.5) << "somebody else asked";
}

}  // namespace
}  // namespace branchline::runtime
