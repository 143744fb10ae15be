#include "framework/runtime/step_time.h"

#include <gtest/gtest.h>

namespace branchline::runtime {
namespace {

using namespace std::chrono_literals;

TEST(StepTime, RecoversWithinTwoRunsFromAStretchThatWasHeldUp) {
  StepTime time(1ms);
  for (int run = 0; run < 20; ++run) time.add(1ms);
  for (int run = 0; run < 10; ++run) time.add(4ms);
  EXPECT_GT(time.expected(1), 2ms) << "that may be its new speed";
  for (int run = 0; run < 2; ++run) time.add(1ms);
  EXPECT_EQ(time.expected(1), 1ms);
  EXPECT_LT(time.cautious(1), 1100us);
}

TEST(StepTime, RecoversFromAFirstRunThatWasHeldUp) {
  StepTime time(1ms);
  time.add(100ms);
  for (int run = 0; run < 3; ++run) time.add(1ms);
  EXPECT_LT(time.cautious(1), 1200us);
}

TEST(StepTime, IsNotMovedByOneRunThatWasFarQuicker) {
  StepTime time(1ms);
  for (int run = 0; run < 20; ++run) time.add(1ms);
  time.add(100us);
  EXPECT_GT(time.expected(1), 850us);
  time.add(1ms);
  time.add(100us);
  EXPECT_GT(time.expected(1), 750us) << "not in a row";
}

class Ratio : public ::testing::Test {
 protected:
  double add(double measured_ms) {
    now_ += 50ms;
    ratio_.add(std::chrono::duration_cast<Duration>(
                   std::chrono::duration<double, std::milli>(measured_ms)),
               10ms, now_);
    return ratio_.value();
  }

  SpeedRatio ratio_;
  TimePoint now_ = TimePoint{} + 1h;
};

TEST_F(Ratio, IsOneUntilSomethingWasMeasured) {
  EXPECT_EQ(ratio_.value(), 1);
  EXPECT_DOUBLE_EQ(add(20), 2);
  ratio_.reset();
  EXPECT_EQ(ratio_.value(), 1);
  EXPECT_DOUBLE_EQ(add(5), 0.5) << "nothing of before is left";
}

TEST_F(Ratio, IsNotMovedByOneSlowRunAndJumpsWithTwo) {
  for (int run = 0; run < 10; ++run) add(10);
  EXPECT_LT(add(60), 1.05);
  EXPECT_LT(add(10), 1.05);
  add(30);
  EXPECT_NEAR(add(30), 3, 0.1) << "another program has come to the edge";
  add(10);
  EXPECT_NEAR(add(10), 1, 0.1) << "and gone";
}

TEST_F(Ratio, IsClamped) {
  EXPECT_DOUBLE_EQ(add(1000), 8);
  ratio_.reset();
  EXPECT_DOUBLE_EQ(add(0.01), 0.125);
}

}  // namespace
}  // namespace branchline::runtime
