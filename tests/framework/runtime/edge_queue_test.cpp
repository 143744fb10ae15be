#include "framework/runtime/edge_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <random>
#include <thread>

#include "tests/support/fake_clock.h"

namespace branchline::runtime {
namespace {

using namespace std::chrono_literals;
using branchline::testing::FakeClock;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using transport::Refusal;

struct Journal {
  std::vector<std::string> ran;
  std::vector<std::pair<std::string, Refusal>> dropped;
  int late = 0;  ///< requests that ended past their deadline
};

/// Takes its predicted time on the fake clock.
class ScriptedWork final : public EdgeWork {
 public:
  ScriptedWork(FakeClock& clock, Journal& journal, std::string name, Duration budget,
               Duration takes)
      : clock_(clock), journal_(journal), name_(std::move(name)) {
    deadline = clock.now() + budget;
    predicted = takes;
  }

  bool wanted() const override { return is_wanted; }
  bool run(const EdgeWorks& mates) override {
    journal_.ran.push_back(name_);
    for (const auto& mate : mates) {
      journal_.ran.back() += "+" + static_cast<const ScriptedWork&>(*mate).name_;
    }
    clock_.advance(static_cast<Duration::rep>(slowdown) *
                   time_of(1 + static_cast<int>(mates.size())));
    if (clock_.now() > deadline) ++journal_.late;
    for (const auto& mate : mates) journal_.late += clock_.now() > mate->deadline ? 1 : 0;
    if (turns-- > 1) {
      deadline = clock_.now() + 100ms;
      return false;
    }
    return true;
  }
  void drop(Refusal why, const std::string&) override { journal_.dropped.push_back({name_, why}); }

  bool is_wanted = true;
  int turns = 1;
  int slowdown = 1;

 private:
  FakeClock& clock_;
  Journal& journal_;
  const std::string name_;
};

class EdgeQueueTest : public ::testing::Test {
 protected:
  explicit EdgeQueueTest(const EdgeQueue::Limits& limits = {4, 1000, 1, 1, {}})
      : queue_(clock_, limits) {}

  std::shared_ptr<ScriptedWork> work(const std::string& name, Duration budget, Duration takes) {
    return std::make_shared<ScriptedWork>(clock_, journal_, name, budget, takes);
  }
  std::shared_ptr<ScriptedWork> background(const std::string& name, Duration patience,
                                           Duration takes) {
    auto made = work(name, patience, takes);
    made->background = true;
    return made;
  }
  void run_all() {
    while (queue_.run_one(false)) {
    }
  }

  FakeClock clock_;
  Journal journal_;
  EdgeQueue queue_;
};

TEST_F(EdgeQueueTest, RunsTheEarliestDeadlineFirst) {
  EXPECT_TRUE(queue_.admit(work("late", 90ms, 1ms)).admitted);
  EXPECT_TRUE(queue_.admit(work("early", 30ms, 1ms)).admitted);
  EXPECT_TRUE(queue_.admit(work("middle", 60ms, 1ms)).admitted);
  run_all();
  EXPECT_THAT(journal_.ran, ElementsAre("early", "middle", "late"));
}

TEST_F(EdgeQueueTest, EqualDeadlinesRunInTheOrderTheyCame) {
  for (const char* name : {"a", "b", "c"}) queue_.admit(work(name, 50ms, 1ms));
  run_all();
  EXPECT_THAT(journal_.ran, ElementsAre("a", "b", "c"));
}

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

TEST_F(EdgeQueueTest, AnEarlierDeadlineDoesNotWaitForLaterOnes) {
  EXPECT_TRUE(queue_.admit(work("patient", 500ms, 80ms)).admitted);
  EXPECT_TRUE(queue_.admit(work("urgent", 20ms, 10ms)).admitted);
  run_all();
  EXPECT_THAT(journal_.ran, ElementsAre("urgent", "patient"));
}

TEST_F(EdgeQueueTest, DropsWhatExpiredWhileItWaited) {
  queue_.admit(work("a", 50ms, 5ms));
  clock_.advance(60ms);
  run_all();
  EXPECT_TRUE(journal_.ran.empty());
  EXPECT_THAT(journal_.dropped, ElementsAre(std::pair("a", Refusal::expired)));
  EXPECT_EQ(queue_.waiting(), 0u);
}

TEST_F(EdgeQueueTest, DropsWhatNobodyWaitsFor) {
  const auto cancelled = work("a", 50ms, 5ms);
  queue_.admit(cancelled);
  queue_.admit(work("b", 60ms, 5ms));
  cancelled->is_wanted = false;
  run_all();
  EXPECT_THAT(journal_.ran, ElementsAre("b"));
  EXPECT_THAT(journal_.dropped, ElementsAre(std::pair("a", Refusal::cancelled)));
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

TEST_F(EdgeQueueTest, BackgroundWorkGivesWayButIsNotStarved) {
  const auto profile = background("profile", 25ms, 5ms);
  profile->turns = 2;
  queue_.add_background(profile);
  for (const char* name : {"a", "b", "c"}) queue_.admit(work(name, 1000ms, 10ms));
  for (int i = 0; i < 5; ++i) queue_.run_one(false);
  // Its turn comes at 25 ms, after a, b and c began; the second turn gives way again.
  EXPECT_THAT(journal_.ran, ElementsAre("a", "b", "c", "profile", "profile"));
}

TEST_F(EdgeQueueTest, OverdueBackgroundWorkRunsBeforeRequests) {
  queue_.add_background(background("profile", 25ms, 5ms));
  clock_.advance(30ms);
  queue_.admit(work("a", 1000ms, 10ms));
  run_all();
  EXPECT_THAT(journal_.ran, ElementsAre("profile", "a"));
}

TEST_F(EdgeQueueTest, MuchOverdueBackgroundWorkTakesAFifthOfTheTimeWhileRequestsWait) {
  for (int i = 0; i < 8; ++i) {
    const auto profile = background("profile", 0ms, 10ms);
    profile->turns = 1000;
    queue_.add_background(profile);
  }
  for (int turn = 0; turn < 50; ++turn) {
    queue_.admit(work("request", 10s, 10ms));
    queue_.run_one(false);
  }
  EXPECT_EQ(std::count(journal_.ran.begin(), journal_.ran.end(), "profile"), 10);
}

TEST_F(EdgeQueueTest, BackgroundWorkNeverExpires) {
  queue_.add_background(background("profile", 25ms, 5ms));
  clock_.advance(10s);
  run_all();
  EXPECT_THAT(journal_.ran, ElementsAre("profile"));
}

TEST_F(EdgeQueueTest, StopDropsWhatWaitsAndRefusesTheRest) {
  queue_.admit(work("a", 50ms, 5ms));
  queue_.add_background(background("p", 50ms, 5ms));
  queue_.stop(Refusal::draining, "bye");
  EXPECT_EQ(journal_.dropped.size(), 2u);
  EXPECT_FALSE(queue_.admit(work("b", 50ms, 5ms)).admitted);
  EXPECT_FALSE(queue_.run_one(true));
  queue_.add_background(background("q", 50ms, 5ms));
  EXPECT_EQ(journal_.dropped.size(), 3u);
}

TEST_F(EdgeQueueTest, SeveralWorkersShareTheQueue) {
  EdgeQueue queue(clock_, {8, 1000, 2, 1, {}});
  queue.admit(work("a", 100ms, 20ms));
  queue.admit(work("b", 100ms, 20ms));
  EXPECT_EQ(queue.wait_estimate(), Duration(20ms));
}

/// Takes up another worker until the end of the test's scope.
class BusyWorker {
 public:
  BusyWorker(EdgeQueue& queue, FakeClock& clock, Duration predicted) {
    work_->predicted = predicted;
    work_->deadline = clock.now() + 10min;
    EXPECT_TRUE(queue.admit(work_).admitted);
    thread_ = std::thread([&queue] { queue.run_one(false); });
    work_->begun.get_future().wait();
  }
  ~BusyWorker() {
    work_->leave.set_value();
    thread_.join();
  }

 private:
  struct Busy final : EdgeWork {
    bool wanted() const override { return true; }
    bool run(const EdgeWorks&) override {
      begun.set_value();
      leave.get_future().wait();
      return true;
    }
    void drop(Refusal, const std::string&) override {}
    std::promise<void> begun, leave;
  };
  const std::shared_ptr<Busy> work_ = std::make_shared<Busy>();
  std::thread thread_;
};

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

TEST_F(EdgeQueueTest, DoesNotBeginWhatWillNotEndInTime) {
  queue_.admit(work("a", 50ms, 20ms));
  clock_.advance(40ms);
  run_all();
  EXPECT_THAT(journal_.dropped, ElementsAre(std::pair("a", Refusal::expired)));
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

class BatchingQueueTest : public EdgeQueueTest {
 protected:
  BatchingQueueTest() : EdgeQueueTest({256, 1 << 20, 1, 8, 40ms}) {}

  /// Two in a run take 1.5 times as long as one, four twice.
  static std::shared_ptr<ServiceTimes> stacking_times(Duration alone) {
    const auto times = std::make_shared<ServiceTimes>(true);
    times->set_alone(alone);
    times->note_company();
    EXPECT_TRUE(times->claim_trial());
    times->set_trial({1, 1.5, 2, 0});
    return times;
  }
  std::shared_ptr<ScriptedWork> of_plan(const std::shared_ptr<ServiceTimes>& times,
                                        const std::string& name, Duration budget) {
    auto made = work(name, budget, 0ms);
    made->times = times;
    return made;
  }
  /// A request of 10 ms with a budget of 100 ms. @returns 1 when it was let in
  int asks(std::uint64_t client) {
    const auto request = work("w", 100ms, 10ms);
    request->asker = client;
    return queue_.admit(request).admitted ? 1 : 0;
  }
};

TEST_F(BatchingQueueTest, RunsRequestsOfOnePlanTogether) {
  const auto times = stacking_times(10ms);
  for (const char* name : {"a", "b", "c"}) queue_.admit(of_plan(times, name, 200ms));
  queue_.admit(of_plan(stacking_times(10ms), "of another plan", 200ms));
  EXPECT_EQ(queue_.wait_estimate(), Duration(35ms));
  run_all();
  EXPECT_THAT(journal_.ran, ElementsAre("a+b", "c", "of another plan"));
}

TEST_F(BatchingQueueTest, LetsInWhatOnlyFitsInARunTogether) {
  const auto times = stacking_times(10ms);
  EXPECT_TRUE(queue_.admit(of_plan(times, "a", 20ms)).admitted);
  EXPECT_TRUE(queue_.admit(of_plan(times, "b", 20ms)).admitted);
  EXPECT_FALSE(queue_.admit(of_plan(times, "c", 20ms)).admitted);
  EXPECT_TRUE(queue_.admit(of_plan(times, "d", 26ms)).admitted);
  run_all();
  EXPECT_THAT(journal_.ran, ElementsAre("a+b", "d"));
}

TEST_F(BatchingQueueTest, RunsNothingTogetherUntilItProvedToPay) {
  const auto times = std::make_shared<ServiceTimes>(true);
  times->set_alone(10ms);
  for (const char* name : {"a", "b"}) queue_.admit(of_plan(times, name, 200ms));
  EXPECT_FALSE(times->claim_trial());
  run_all();
  EXPECT_THAT(journal_.ran, ElementsAre("a", "b"));
  EXPECT_TRUE(times->claim_trial()) << "two waited at once";
}

/// Random requests of several plans, clients and budgets whose predictions come true: whoever was
/// let in ends in time, whatever is let in later and however requests are put together.
TEST_F(BatchingQueueTest, KeepsEveryPromise) {
  std::mt19937 random(7);
  const auto draw = [&](int least, int most) {
    return std::uniform_int_distribution<int>(least, most)(random);
  };
  int admitted = 0, ran = 0, together = 0;
  for (int round = 0; round < 200; ++round) {
    std::vector<std::shared_ptr<ServiceTimes>> plans;
    for (int i = 0; i < 3; ++i) plans.push_back(stacking_times(draw(1, 12) * 1ms));
    for (int i = 0; i < 60; ++i) {
      const auto request =
          of_plan(plans[static_cast<std::size_t>(draw(0, 2))], "r", draw(1, 120) * 1ms);
      request->asker = static_cast<std::uint64_t>(draw(1, 5));
      if (queue_.admit(request).admitted) ++admitted;
      if (draw(0, 3) == 0) queue_.run_one(false);
    }
    run_all();
    clock_.advance(draw(0, 100) * 1ms);
    for (const std::string& run : journal_.ran) {
      ran += static_cast<int>((run.size() + 1) / 2);
      if (run.size() > 1) ++together;
    }
    journal_.ran.clear();
    ASSERT_TRUE(journal_.dropped.empty()) << journal_.dropped.size() << " in round " << round;
    ASSERT_EQ(journal_.late, 0) << "in round " << round;
  }
  EXPECT_EQ(ran, admitted);
  EXPECT_GT(together, 500);
}

TEST_F(BatchingQueueTest, ALightClientFindsRoomBesideAFlood) {
  int light_in = 0, flood_in = 0;
  for (int turn = 0; turn < 220; ++turn) {
    for (int i = 0; i < 5; ++i) flood_in += asks(1);
    // A fifth of what the edge can do; the flood was there before.
    if (turn >= 20 && turn % 5 == 0) light_in += asks(2);
    queue_.run_one(false);
  }
  EXPECT_GE(light_in, 39) << "of 40: nobody knew it before its first request";
  EXPECT_GE(flood_in, 180) << "what the light client leaves is the other's";
}

TEST_F(BatchingQueueTest, ManyFloodsAtOnceLeaveRoomForALightClient) {
  int light_in = 0;
  for (int turn = 0; turn < 440; ++turn) {
    for (std::uint64_t flooder = 10; flooder < 40; ++flooder) asks(flooder);
    if (turn >= 40 && turn % 40 == 0) light_in += asks(2);
    queue_.run_one(false);
  }
  EXPECT_EQ(light_in, 10);
}

TEST_F(BatchingQueueTest, AClientAloneMayFillTheQueue) {
  for (int i = 0; i < 9; ++i) EXPECT_TRUE(queue_.admit(work("f", 91ms, 10ms)).admitted) << i;
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

TEST_F(EdgeQueueTest, TellsHowLongARequestComputesPastItsDeadline) {
  /// Looks at the queue while it runs.
  class Looking final : public EdgeWork {
   public:
    Looking(EdgeQueue& queue, FakeClock& clock) : queue_(queue), clock_(clock) {}
    bool wanted() const override { return true; }
    bool run(const EdgeWorks&) override {
      seen.push_back(queue_.overdue());
      clock_.advance(40ms);
      seen.push_back(queue_.overdue());
      return true;
    }
    void drop(Refusal, const std::string&) override {}
    std::vector<Duration> seen;

   private:
    EdgeQueue& queue_;
    FakeClock& clock_;
  };
  const auto request = std::make_shared<Looking>(queue_, clock_);
  request->deadline = clock_.now() + 10ms;
  const auto behind = std::make_shared<Looking>(queue_, clock_);
  behind->deadline = clock_.now();
  behind->background = true;
  ASSERT_TRUE(queue_.admit(request).admitted);
  EXPECT_TRUE(queue_.run_one(false));
  EXPECT_THAT(request->seen, ElementsAre(0ms, 30ms));
  queue_.add_background(behind);
  EXPECT_TRUE(queue_.run_one(false));
  EXPECT_THAT(behind->seen, ElementsAre(0ms, 0ms)) << "background work has no deadline to miss";
  EXPECT_EQ(queue_.overdue(), 0ms);
}

}  // namespace
}  // namespace branchline::runtime
