#include "framework/runtime/answer_desk.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <thread>
#include <vector>

#include "tests/support/eventually.h"

namespace branchline::runtime {
namespace {

using branchline::testing::eventually;

constexpr auto kDeskPatience = std::chrono::seconds(20);

/// A slot that has ended already.
std::shared_ptr<AnswerSlot> stopped_slot(std::uint64_t frame) {
  const TimePoint now = Clock::now();
  auto slot = std::make_shared<AnswerSlot>(
      frame, TimeBudget{now, now + std::chrono::seconds(1), Duration::zero()});
  slot->fail(Outcome::stopped, Why::planned, "");
  return slot;
}

class AStoppingDesk : public ::testing::Test {
 protected:
  WakeUpReserve reserve_{Duration::zero()};
  AnswerDesk desk_{reserve_};
};

/// The end of an engine whose first callback still runs while the next request is submitted.
TEST_F(AStoppingDesk, DeliversWhatComesLateAfterWhatCameBefore) {
  std::promise<void> let_on;
  std::atomic<int> begun{0}, delivered{0};
  std::vector<std::uint64_t> frames;
  desk_.add(stopped_slot(1), [&](const Result& result) {
    ++begun;
    let_on.get_future().wait();
    frames.push_back(result.frame);
    ++delivered;
  });
  ASSERT_TRUE(eventually(kDeskPatience, [&] { return begun == 1; }));
  std::thread stopper([&] { desk_.stop(); });
  // Whether stop() was seen cannot be told from outside; most often it was.
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  desk_.add(stopped_slot(2), [&](const Result& result) {
    EXPECT_EQ(delivered, 1) << "two deliveries at once";
    frames.push_back(result.frame);
    ++delivered;
  });
  let_on.set_value();
  stopper.join();
  EXPECT_TRUE(eventually(kDeskPatience, [&] { return delivered == 2; }));
  EXPECT_EQ(frames, (std::vector<std::uint64_t>{1, 2}));
}

TEST_F(AStoppingDesk, DeliversAtOnceWhenItHasStopped) {
  desk_.stop();
  std::uint64_t told = 0;
  desk_.add(stopped_slot(7), [&](const Result& result) { told = result.frame; });
  EXPECT_EQ(told, 7u);
}

}  // namespace
}  // namespace branchline::runtime
