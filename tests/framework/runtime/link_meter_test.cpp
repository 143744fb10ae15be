#include "framework/runtime/link_meter.h"

#include <gtest/gtest.h>

namespace branchline::runtime {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using transport::Arrival;

/// A link of a round trip of 10 ms, to whose edge the test sends requests of 10 kB.
class LinkMeterTest : public ::testing::Test {
 protected:
  static constexpr std::uint64_t kBytes = 10000;

  LinkMeterTest() {
    expect(1, 0, false);
    hear(1, transport::Pong{}, milliseconds(10));
  }
  TimePoint at(Duration time) const { return start_ + time; }
  void expect(std::uint64_t id, std::uint64_t bytes, bool request, Duration when = Duration{0}) {
    meter_.expect(id, {[](LinkReply) {}, at(when), bytes, request});
    meter_.sent(id, bytes, at(when));
  }
  void request(std::uint64_t id, Duration when) { expect(id, kBytes, true, when); }
  void hear(std::uint64_t id, transport::Body body, Duration when) {
    const auto [on_reply, reply] =
        meter_.heard(id, std::move(body), Arrival{at(when), at(when), 64});
    if (on_reply) on_reply(reply);
  }
  static transport::Refused expired() { return {transport::Refusal::expired, "too late", {}}; }
  double goodput() const { return meter_.measured()->uplink_bytes_per_s; }

  const TimePoint start_ = TimePoint{} + seconds(1000);
  LinkMeter meter_;
};

TEST_F(LinkMeterTest, AnAnswerTellsTheGoodputLessRoundTripAndTheEdgesTime) {
  request(2, milliseconds(0));
  transport::Answer answer;
  answer.compute = milliseconds(40);
  hear(2, answer, milliseconds(150));  // 10 round trip, 40 compute, 100 on the link
  EXPECT_NEAR(goodput(), 100e3, 2e3);
  EXPECT_EQ(meter_.goodput_told(), at(milliseconds(150)));
}

TEST_F(LinkMeterTest, ARequestThatQueuedBehindAnotherIsTimedFromWhenTheLinkWasFree) {
  request(2, milliseconds(0));
  request(3, milliseconds(0));
  hear(2, transport::Answer{}, milliseconds(110));
  hear(3, transport::Answer{}, milliseconds(210));
  EXPECT_NEAR(goodput(), 100e3, 3e3) << "not 10 kB in 210 ms";
}

TEST_F(LinkMeterTest, AReplyThatOvertakesShowsNothing) {
  request(2, milliseconds(0));
  request(3, milliseconds(0));
  hear(3, transport::Answer{}, milliseconds(210));
  EXPECT_FALSE(meter_.goodput_told());
}

TEST_F(LinkMeterTest, TwoRequestsGivenUpMoveTheEstimateThoughOneWaitsBehindTheOther) {
  request(2, milliseconds(0));
  hear(2, transport::Answer{}, milliseconds(20));
  EXPECT_NEAR(goodput(), 1e6, 50e3);
  request(3, milliseconds(100));
  meter_.give_up(3, true, at(milliseconds(210)));  // 10 kB not through in 100 ms
  request(4, milliseconds(260));
  meter_.give_up(4, true, at(milliseconds(370)));  // nor in 260
  EXPECT_LT(goodput(), 80e3);
  EXPECT_GT(goodput(), 20e3);
  EXPECT_GT(meter_.backlog(), milliseconds(200)) << "both are still under way";
}

TEST_F(LinkMeterTest, WhatArrivesTooLateForAnAnswerStillMeasures) {
  request(2, milliseconds(0));
  meter_.give_up(2, true, at(milliseconds(100)));
  meter_.sent(2, 48, at(milliseconds(100)));  // its Cancel goes by the same id
  hear(2, expired(), milliseconds(510));
  request(3, milliseconds(600));
  meter_.give_up(3, true, at(milliseconds(700)));
  hear(3, expired(), milliseconds(1110));
  EXPECT_NEAR(goodput(), 20e3, 3e3);
  EXPECT_EQ(meter_.goodput_told(), at(milliseconds(1110)));
}

TEST_F(LinkMeterTest, WhoGaveUpIsNotCalledAndIsGivenUpOnce) {
  bool called = false;
  meter_.expect(2, {[&called](LinkReply) { called = true; }, start_, kBytes, true});
  EXPECT_TRUE(meter_.give_up(2, false, start_));
  EXPECT_FALSE(meter_.give_up(2, false, start_));
  hear(2, transport::Answer{}, milliseconds(50));
  EXPECT_FALSE(called);
  EXPECT_FALSE(meter_.awaits(2));
}

TEST_F(LinkMeterTest, AnEdgesQueueDrainsWhileNobodyTellsOfIt) {
  meter_.note_queue(milliseconds(30), start_);
  EXPECT_EQ(meter_.edge_queue(at(milliseconds(10))), milliseconds(20));
  EXPECT_EQ(meter_.edge_queue(at(milliseconds(40))), Duration::zero());
}

}  // namespace
}  // namespace branchline::runtime
