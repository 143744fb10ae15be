// Requests put together, and clients that share the queue.
#include <gmock/gmock.h>

#include <random>

#include "framework/runtime/edge_queue.h"
#include "tests/framework/runtime/scripted_work.h"

namespace branchline::runtime {
namespace {

using namespace std::chrono_literals;
using branchline::testing::EdgeQueueTest;
using branchline::testing::ScriptedWork;
using ::testing::ElementsAre;

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

}  // namespace
}  // namespace branchline::runtime
