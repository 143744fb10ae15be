// Who is let into the queue, and what is said to the others.
#include <gmock/gmock.h>

#include "framework/runtime/edge_queue.h"
#include "tests/framework/runtime/scripted_work.h"

namespace branchline::runtime {
namespace {

using namespace std::chrono_literals;
using branchline::testing::BusyWorker;
using branchline::testing::EdgeQueueTest;
using branchline::testing::ScriptedWork;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST_F(EdgeQueueTest, RefusesAtOnceWhatCannotBeFinishedInTime) {
  EXPECT_TRUE(queue_.admit(work("a", 50ms, 20ms)).admitted);
  const Admission refused = queue_.admit(work("b", 55ms, 40ms));
  EXPECT_FALSE(refused.admitted);
  EXPECT_EQ(refused.why, Overload::too_late);
  EXPECT_EQ(refused.queue, Duration(20ms));
  EXPECT_THAT(refused.sentence,
              HasSubstr("20.0 ms of queue and 40.0 ms of compute against 55.0 ms"));
  EXPECT_TRUE(queue_.admit(work("c", 100ms, 40ms)).admitted);
  EXPECT_EQ(queue_.wait_estimate(), Duration(60ms));
}

TEST_F(EdgeQueueTest, AFullQueueRefusesUntilVainWorkLeaves) {
  std::vector<std::shared_ptr<ScriptedWork>> works;
  for (int i = 0; i < 4; ++i) {
    works.push_back(work("w", 1000ms, 1ms));
    EXPECT_TRUE(queue_.admit(works.back()).admitted);
  }
  const Admission refused = queue_.admit(work("x", 1000ms, 1ms));
  EXPECT_THAT(refused.sentence, HasSubstr("full"));
  EXPECT_EQ(refused.why, Overload::queue_full);
  works[0]->is_wanted = false;
  EXPECT_TRUE(queue_.admit(work("x", 1000ms, 1ms)).admitted);
}

TEST_F(EdgeQueueTest, BoundsTheBytesThatWait) {
  const auto big = work("big", 1000ms, 1ms), more = work("more", 1000ms, 1ms);
  big->bytes = 800;
  more->bytes = 201;
  EXPECT_TRUE(queue_.admit(big).admitted);
  const Admission refused = queue_.admit(more);
  EXPECT_THAT(refused.sentence, HasSubstr("memory"));
  EXPECT_EQ(refused.why, Overload::memory_full);
  run_all();
  EXPECT_TRUE(queue_.admit(more).admitted);
}

TEST_F(EdgeQueueTest, ABusyWorkerBesideAnIdleOneMakesNobodyWait) {
  EdgeQueue queue(clock_, {8, 1000, 2, 1, {}});
  const BusyWorker busy(queue, clock_, 100ms);
  EXPECT_EQ(queue.wait_estimate(), Duration(0));
  EXPECT_TRUE(queue.admit(work("a", 45ms, 40ms)).admitted);
  const Admission behind = queue.admit(work("b", 75ms, 40ms));
  EXPECT_FALSE(behind.admitted) << "the idle worker has 40 ms to do, the other one 100 ms";
  EXPECT_EQ(behind.queue, Duration(40ms));
  EXPECT_TRUE(queue.admit(work("c", 85ms, 40ms)).admitted);
}

TEST_F(EdgeQueueTest, WhatTakesLongerThanForetoldIsExpectedToGoOn) {
  const BusyWorker busy(queue_, clock_, 10ms);
  clock_.advance(30ms);
  EXPECT_EQ(queue_.wait_estimate(), Duration(20ms));
}

TEST_F(EdgeQueueTest, AnUrgentRequestMakesNoneMissThatWasLetInBefore) {
  EXPECT_TRUE(queue_.admit(work("patient", 100ms, 80ms)).admitted);
  const Admission urgent = queue_.admit(work("urgent", 40ms, 30ms));
  EXPECT_FALSE(urgent.admitted) << "it would end in time, the patient one 10 ms late";
  EXPECT_THAT(urgent.sentence, HasSubstr("let in before"));
  EXPECT_EQ(urgent.why, Overload::promised);
  EXPECT_EQ(urgent.queue, Duration(80ms));
  EXPECT_TRUE(queue_.admit(work("short", 40ms, 20ms)).admitted);
  run_all();
  EXPECT_THAT(journal_.ran, ElementsAre("short", "patient"));
}

TEST_F(EdgeQueueTest, LearnsToLeaveRoomForPredictionsThatProveTooShort) {
  for (int i = 0; i < 64; ++i) {
    const auto slow = work("slow", 1000ms, 10ms);
    slow->slowdown = 2;
    ASSERT_TRUE(queue_.admit(slow).admitted);
    run_all();
  }
  const BusyWorker busy(queue_, clock_, 40ms);
  EXPECT_FALSE(queue_.admit(work("tight", 59ms, 10ms)).admitted) << "ends were 10 ms late";
  EXPECT_TRUE(queue_.admit(work("loose", 60ms, 10ms)).admitted);
}

TEST_F(EdgeQueueTest, AFreeEdgeTakesWhateverFitsHoweverWrongItWasBefore) {
  for (int i = 0; i < 64; ++i) {
    const auto slow = work("slow", 1000ms, 10ms);
    slow->slowdown = 9;
    ASSERT_TRUE(queue_.admit(slow).admitted);
    run_all();
  }
  EXPECT_TRUE(queue_.admit(work("tight", 11ms, 10ms)).admitted);
}

TEST_F(EdgeQueueTest, AFloodOfTensorsLeavesRoomForOthers) {
  const auto big = [&](std::uint64_t client, std::uint64_t bytes) {
    auto made = work("w", 10s, 1ms);
    made->asker = client;
    made->bytes = bytes;
    return made;
  };
  EXPECT_TRUE(queue_.admit(big(2, 10)).admitted);
  EXPECT_TRUE(queue_.admit(big(1, 480)).admitted);
  const Admission refused = queue_.admit(big(1, 100));
  EXPECT_THAT(refused.sentence, HasSubstr("rest is for others"));
  EXPECT_EQ(refused.why, Overload::fair_share);
  EXPECT_TRUE(queue_.admit(big(3, 100)).admitted);
}

}  // namespace
}  // namespace branchline::runtime
