#include "framework/runtime/answer_slot.h"

#include <gtest/gtest.h>

#include <thread>

namespace branchline::runtime {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;

Plan plan_of(int exit, Place place) {
  Plan plan;
  plan.exit = exit;
  plan.exits = 3;
  plan.place = place;
  return plan;
}

class Slot : public ::testing::Test {
 protected:
  const TimePoint start_ = Clock::now();
  AnswerSlot slot_{5, {start_, start_ + minutes(1), milliseconds(1)}};
  const TimePoint in_time_ = start_ + milliseconds(10);
};

TEST_F(Slot, GivesThePlannedAnswer) {
  slot_.begin(plan_of(3, Place::split), Why::planned, {}, false);
  slot_.offer_device(plan_of(1, Place::device), {}, false);
  EXPECT_FALSE(slot_.due(in_time_)) << "the deadline is far";
  slot_.offer_planned(plan_of(3, Place::split), {});
  EXPECT_TRUE(slot_.due(in_time_));
  const Result result = slot_.settle(in_time_);
  EXPECT_EQ(result.outcome, Outcome::ok);
  EXPECT_EQ(result.why, Why::planned);
  EXPECT_EQ(result.plan.exit, 3);
  EXPECT_FALSE(result.fell_back());
  EXPECT_EQ(result.frame, 5u);
  EXPECT_EQ(result.latency, milliseconds(10));
}

TEST_F(Slot, GivesAConfidentExitAtOnceAndCallsItNoFallBack) {
  slot_.begin(plan_of(3, Place::edge), Why::planned, {}, false);
  EXPECT_FALSE(slot_.decided());
  slot_.offer_confident(plan_of(1, Place::device), {});
  EXPECT_TRUE(slot_.due(in_time_));
  EXPECT_TRUE(slot_.decided());
  slot_.offer_device(plan_of(3, Place::device), {}, true);
  slot_.offer_planned(plan_of(3, Place::edge), {});
  const Result result = slot_.settle(in_time_);
  EXPECT_EQ(result.outcome, Outcome::ok);
  EXPECT_EQ(result.why, Why::confident);
  EXPECT_EQ(result.plan.exit, 1);
  EXPECT_FALSE(result.fell_back());
}

TEST_F(Slot, GivesTheInsuranceWhenTheClockSaysSoAndReleasesTheEdge) {
  int released = 0;
  slot_.begin(plan_of(3, Place::edge), Why::planned, {}, false);
  slot_.on_settled([&](EdgeRelease why) { released += why == EdgeRelease::overdue ? 1 : 100; });
  slot_.offer_device(plan_of(2, Place::device), {}, false);
  slot_.offer_device(plan_of(1, Place::device), {}, false);
  EXPECT_TRUE(slot_.due(slot_.budget().answer_by()));
  const Result result = slot_.settle(slot_.budget().answer_by());
  EXPECT_EQ(result.outcome, Outcome::ok);
  EXPECT_EQ(result.why, Why::edge_timeout);
  EXPECT_EQ(result.plan.exit, 2) << "the deepest that the device had";
  ASSERT_TRUE(result.fell_back());
  EXPECT_EQ(result.abandoned->exit, 3);
  slot_.offer_planned(plan_of(3, Place::edge), {});
  EXPECT_EQ(slot_.settle(Clock::now()).plan.exit, 2) << "a result does not change";
  EXPECT_EQ(released, 1);
}

TEST_F(Slot, DoesNotWaitForAnEdgeThatIsSlowerThanTheDevice) {
  int quicker = 0;
  Plan planned = plan_of(3, Place::split);
  planned.predicted = milliseconds(30);
  slot_.begin(planned, Why::planned, {}, false);
  slot_.on_settled([&](EdgeRelease why) { quicker += why == EdgeRelease::overtaken ? 1 : 100; });
  slot_.offer_device(plan_of(3, Place::device), {}, true);
  EXPECT_TRUE(slot_.due(in_time_));
  const Result result = slot_.settle(in_time_);
  EXPECT_EQ(result.outcome, Outcome::ok);
  EXPECT_EQ(result.why, Why::link_too_slow);
  EXPECT_TRUE(result.fell_back());
  EXPECT_EQ(quicker, 1);
  AnswerSlot other(6, slot_.budget());
  other.begin(planned, Why::planned, {}, false);
  other.offer_device(plan_of(3, Place::device), {}, true);
  EXPECT_EQ(other.settle(start_ + milliseconds(31)).why, Why::edge_timeout) << "it was due";
}

TEST_F(Slot, IsLateWhenTheDeadlineHasPassed) {
  slot_.begin(plan_of(1, Place::device), Why::no_edge, {}, false);
  EXPECT_FALSE(slot_.due(start_ + minutes(2))) << "late is better than never";
  slot_.offer_device(plan_of(1, Place::device), {}, true);
  EXPECT_EQ(slot_.settle(start_ + minutes(2)).outcome, Outcome::late);
}

TEST_F(Slot, MarksInfeasibleDeadlinesUnlessTheEdgeMadeIt) {
  slot_.begin(plan_of(1, Place::device), Why::no_edge, {}, true);
  slot_.offer_device(plan_of(1, Place::device), {}, true);
  const Result result = slot_.settle(in_time_);
  EXPECT_EQ(result.outcome, Outcome::infeasible);
  EXPECT_EQ(result.why, Why::deadline_too_tight);
  AnswerSlot other(6, slot_.budget());
  other.begin(plan_of(3, Place::edge), Why::planned, {}, true);
  other.offer_planned(plan_of(3, Place::edge), {});
  EXPECT_EQ(other.settle(in_time_).outcome, Outcome::ok);
}

TEST_F(Slot, SaysWhatTheEdgeSaid) {
  slot_.begin(plan_of(3, Place::edge), Why::planned, {}, false);
  slot_.abandon_edge(Why::edge_overloaded, "come back later");
  slot_.offer_device(plan_of(3, Place::device), {}, false);
  slot_.finish();
  const Result result = slot_.settle(in_time_);
  EXPECT_EQ(result.why, Why::edge_overloaded);
  EXPECT_EQ(result.detail, "come back later");
  EXPECT_TRUE(result.fell_back());
}

TEST_F(Slot, EndsWithoutAnAnswerWhenItFails) {
  slot_.fail(Outcome::cancelled, Why::planned, "");
  EXPECT_TRUE(slot_.due(in_time_));
  EXPECT_EQ(slot_.settle(in_time_).outcome, Outcome::cancelled);
  EXPECT_FALSE(slot_.settle(in_time_));
}

TEST_F(Slot, KeepsAnAnswerThatIsFinalWhateverFailsAfterwards) {
  slot_.begin(plan_of(2, Place::device), Why::planned, {}, false);
  slot_.offer_device(plan_of(2, Place::device), {}, true);
  slot_.fail(Outcome::stopped, Why::planned, "the engine was stopped");
  EXPECT_EQ(slot_.settle(in_time_).outcome, Outcome::ok);
}

TEST_F(Slot, TellsTheEdgeThatNobodyWantsItsAnswerAnyMore) {
  for (const bool cancelled : {true, false}) {
    AnswerSlot slot(1, {start_, start_ + minutes(1), milliseconds(1)});
    slot.begin(plan_of(3, Place::edge), Why::planned, {}, false);
    std::optional<EdgeRelease> released;
    slot.on_settled([&](EdgeRelease why) { released = why; });
    if (cancelled) slot.fail(Outcome::cancelled, Why::planned, "");
    if (!cancelled) slot.offer_confident(plan_of(1, Place::device), {});
    slot.settle(in_time_);
    EXPECT_EQ(released, EdgeRelease::unwanted);
  }
}

TEST_F(Slot, WakesWhoWaitsAndTellsWhoAsked) {
  int told = 0;
  slot_.on_change([&] { ++told; });
  slot_.begin(plan_of(1, Place::device), Why::no_edge, {}, false);
  std::thread computer([this] { slot_.offer_device(plan_of(1, Place::device), {}, true); });
  EXPECT_EQ(slot_.wait(), std::nullopt) << "an answer, not the clock, ended the wait";
  computer.join();
  EXPECT_EQ(told, 1);
}

}  // namespace
}  // namespace branchline::runtime
