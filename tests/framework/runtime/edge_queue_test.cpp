#include "framework/runtime/edge_queue.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "tests/framework/runtime/scripted_work.h"

namespace branchline::runtime {
namespace {

using namespace std::chrono_literals;
using branchline::testing::EdgeQueueTest;
using branchline::testing::FakeClock;
using ::testing::ElementsAre;
using transport::Refusal;

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

TEST_F(EdgeQueueTest, DoesNotBeginWhatWillNotEndInTime) {
  queue_.admit(work("a", 50ms, 20ms));
  clock_.advance(40ms);
  run_all();
  EXPECT_THAT(journal_.dropped, ElementsAre(std::pair("a", Refusal::expired)));
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
