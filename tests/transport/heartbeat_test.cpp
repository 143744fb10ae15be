#include "transport/heartbeat.h"

#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"

namespace branchline::transport {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Verdict = Heartbeat::Verdict;

class HeartbeatTest : public ::testing::Test {
 protected:
  /// Looks whenever it wants to be looked at. @returns when the first `wanted` came, nullopt: never
  std::optional<Duration> time_until(Verdict wanted, Duration at_most = seconds(100)) {
    const TimePoint begun = clock_.now();
    while (clock_.now() - begun <= at_most) {
      const Verdict verdict = look();
      if (verdict == wanted) return clock_.now() - begun;
      if (verdict == Verdict::ping) ++pings_;
      clock_.advance(std::max(heartbeat_.next_look() - clock_.now(), Duration(milliseconds(1))));
    }
    return std::nullopt;
  }
  Verdict look() {
    signs_.silent = clock_.now() - heard_;
    signs_.still = clock_.now() - std::max(heard_, moved_);
    return heartbeat_.look(signs_, clock_.now());
  }
  void hear_a_byte() { heard_ = clock_.now(); }
  void move_a_byte() { moved_ = clock_.now(); }  ///< an upload's

  branchline::testing::FakeClock clock_;
  TimePoint heard_ = clock_.now(), moved_ = clock_.now();
  Heartbeat heartbeat_{Heartbeat::kInUse, clock_.now()};
  Heartbeat::Signs signs_;
  int pings_ = 0;
};

TEST_F(HeartbeatTest, HoldsAnIdlePeerDeadWithin250MsAfterOnePing) {
  const auto dead = time_until(Verdict::dead);
  ASSERT_TRUE(dead);
  EXPECT_EQ(*dead, milliseconds(240));
  EXPECT_EQ(pings_, 1);
}

TEST_F(HeartbeatTest, PingsWhoIsQuietAndNobodyElse) {
  for (int i = 0; i < 100; ++i) {
    clock_.advance(milliseconds(50));
    hear_a_byte();
    EXPECT_EQ(look(), Verdict::alive);
  }
  const auto ping = time_until(Verdict::ping);
  EXPECT_EQ(ping, milliseconds(100));
}

TEST_F(HeartbeatTest, APongKeepsAPeerAlive) {
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(time_until(Verdict::ping, milliseconds(200)));
    hear_a_byte();
    heartbeat_.hear_pong(clock_.now());
  }
}

TEST_F(HeartbeatTest, WhatMovesStandsForAPongThatIsLate) {
  ASSERT_TRUE(time_until(Verdict::ping));
  for (int i = 0; i < 100; ++i) {  // an upload, with pauses in which a ping would be due
    clock_.advance(milliseconds(40));
    look();
    clock_.advance(milliseconds(40));
    look();
    clock_.advance(milliseconds(40));
    move_a_byte();
    EXPECT_NE(look(), Verdict::dead);
  }
  EXPECT_EQ(time_until(Verdict::dead), milliseconds(240));
}

TEST_F(HeartbeatTest, WhatMovesDoesNotKeepASilentPeerFromBeingAsked) {
  for (int i = 0; i < 9; ++i) {
    clock_.advance(milliseconds(10));
    move_a_byte();
    ASSERT_EQ(look(), Verdict::alive);
  }
  clock_.advance(milliseconds(10));
  move_a_byte();
  EXPECT_EQ(look(), Verdict::ping);
  for (int i = 0; i < 100; ++i) {
    clock_.advance(milliseconds(10));
    move_a_byte();
    EXPECT_EQ(look(), Verdict::alive) << "asked once, and alive while it moves";
  }
}

TEST_F(HeartbeatTest, ANewPeersFirstPongIsWaitedForLonger) {
  heartbeat_ = Heartbeat(Heartbeat::kInUse, clock_.now(), seconds(1));
  heartbeat_.ask_now();
  EXPECT_EQ(time_until(Verdict::dead), seconds(1) + milliseconds(100));
}

TEST_F(HeartbeatTest, TheFirstPongEndsTheWaitForIt) {
  heartbeat_ = Heartbeat(Heartbeat::kInUse, clock_.now(), seconds(1));
  heartbeat_.ask_now();
  EXPECT_EQ(look(), Verdict::ping);
  clock_.advance(milliseconds(10));
  hear_a_byte();
  heartbeat_.hear_pong(clock_.now());
  EXPECT_EQ(time_until(Verdict::dead), milliseconds(240));
}

TEST_F(HeartbeatTest, APongBehindAnUploadTellsNoRoundTrip) {
  ASSERT_TRUE(time_until(Verdict::ping));
  for (int i = 0; i < 200; ++i) {  // ten seconds
    clock_.advance(milliseconds(50));
    move_a_byte();
    look();
  }
  hear_a_byte();
  heartbeat_.hear_pong(clock_.now());
  EXPECT_EQ(time_until(Verdict::dead), milliseconds(240));
}

TEST_F(HeartbeatTest, WhatIsOnTheWayIsWaitedFor) {
  signs_.on_the_way = seconds(3);
  EXPECT_EQ(time_until(Verdict::dead), seconds(3));
}

TEST_F(HeartbeatTest, KnowsByTheDeadlineOfTheOldestRequest) {
  signs_.due = clock_.now() + seconds(2);
  const auto dead = time_until(Verdict::dead);
  ASSERT_TRUE(dead);
  EXPECT_GE(*dead, seconds(2) + milliseconds(10)) << "its last word may be on the way";
  EXPECT_LE(*dead, seconds(2) + milliseconds(20));
}

TEST_F(HeartbeatTest, ADeadlineLongPastDelaysNothing) {
  signs_.due = clock_.now() - seconds(2);
  EXPECT_EQ(time_until(Verdict::dead), milliseconds(240));
}

TEST_F(HeartbeatTest, WhoStoodStillItselfAccusesNobody) {
  ASSERT_TRUE(time_until(Verdict::ping));
  clock_.advance(seconds(30));  // SIGSTOP, SIGCONT
  EXPECT_NE(look(), Verdict::dead);
  const auto dead = time_until(Verdict::dead);
  ASSERT_TRUE(dead);
  EXPECT_GE(*dead, milliseconds(140)) << "it has all its time to answer";
  EXPECT_LE(*dead, milliseconds(1250)) << "and more, for who stood still once may do it again";
}

TEST_F(HeartbeatTest, WhoIsLateItselfIsPatient) {
  for (int i = 0; i < 20; ++i) {  // each look comes 60 ms late: the machine is overloaded
    clock_.advance(heartbeat_.next_look() - clock_.now() + milliseconds(60));
    hear_a_byte();
    ASSERT_EQ(look(), Verdict::alive);
  }
  const auto dead = time_until(Verdict::dead);
  ASSERT_TRUE(dead);
  EXPECT_GT(*dead, milliseconds(300));
}

TEST_F(HeartbeatTest, ALongRoundTripBuysTime) {
  ASSERT_TRUE(time_until(Verdict::ping));
  clock_.advance(milliseconds(50));
  look();
  clock_.advance(milliseconds(50));
  look();
  hear_a_byte();
  heartbeat_.hear_pong(clock_.now());
  const auto dead = time_until(Verdict::dead);
  ASSERT_TRUE(dead);
  EXPECT_EQ(*dead, milliseconds(500));
}

TEST_F(HeartbeatTest, AServerIsLazy) {
  heartbeat_ = Heartbeat(Heartbeat::kServed, clock_.now());
  EXPECT_EQ(time_until(Verdict::dead), seconds(15));
  EXPECT_EQ(pings_, 1);
}

TEST_F(HeartbeatTest, AsksAtOnceWhenTold) {
  heartbeat_.ask_now();
  EXPECT_EQ(look(), Verdict::ping);
  EXPECT_EQ(look(), Verdict::alive);
}

}  // namespace
}  // namespace branchline::transport
