#include "framework/runtime/request_queue.h"

#include <gtest/gtest.h>

#include <thread>

namespace branchline::runtime {
namespace {

const TimePoint kAtOnce{};
const TimePoint kInAMinute = Clock::now() + std::chrono::minutes(1);

TEST(RequestQueue, DropsTheOldest) {
  RequestQueue<int> queue(2, WhenFull::drop_oldest);
  EXPECT_EQ(queue.push(1, kAtOnce), std::nullopt);
  EXPECT_EQ(queue.push(2, kAtOnce), std::nullopt);
  EXPECT_EQ(queue.push(3, kAtOnce), 1);
  EXPECT_EQ(queue.pop(), 2);
  EXPECT_EQ(queue.pop(), 3);
  EXPECT_EQ(queue.pop(), std::nullopt);
}

TEST(RequestQueue, RejectsTheNewest) {
  RequestQueue<int> queue(1, WhenFull::reject);
  EXPECT_EQ(queue.push(1, kAtOnce), std::nullopt);
  EXPECT_EQ(queue.push(2, kAtOnce), 2);
  EXPECT_EQ(queue.pop(), 1);
}

TEST(RequestQueue, WaitsForRoomUntilToldToGiveUp) {
  RequestQueue<int> queue(1, WhenFull::wait);
  EXPECT_EQ(queue.push(1, kAtOnce), std::nullopt);
  EXPECT_EQ(queue.push(2, kAtOnce), 2);
  std::thread taker([&queue] { EXPECT_EQ(queue.pop(), 1); });
  EXPECT_EQ(queue.push(3, kInAMinute), std::nullopt);
  taker.join();
  EXPECT_EQ(queue.pop(), 3);
}

TEST(RequestQueue, TakesNothingOnceClosedAndWakesWhoWaits) {
  RequestQueue<int> queue(1, WhenFull::wait);
  EXPECT_EQ(queue.push(1, kAtOnce), std::nullopt);
  std::thread closer([&queue] { queue.close(); });
  EXPECT_EQ(queue.push(2, kInAMinute), 2);
  closer.join();
  EXPECT_TRUE(queue.closed());
  EXPECT_EQ(queue.pop(), 1) << "what got in before stays";
}

}  // namespace
}  // namespace branchline::runtime
