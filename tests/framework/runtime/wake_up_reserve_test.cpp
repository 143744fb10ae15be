#include "framework/runtime/wake_up_reserve.h"

#include <gtest/gtest.h>

#include "framework/runtime/time_budget.h"

namespace branchline::runtime {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

TimePoint at(Duration since) { return TimePoint(since); }

TEST(WakeUpReserve, IsAtLeastAMillisecond) {
  WakeUpReserve reserve(Duration::zero());
  EXPECT_EQ(reserve.value(), milliseconds(1));
  for (int wake = 0; wake < 100; ++wake)
    reserve.add_wake_up(at(milliseconds(5)), at(microseconds(5100)));
  EXPECT_EQ(reserve.value(), milliseconds(1));
}

TEST(WakeUpReserve, CoversOneInAThousand) {
  WakeUpReserve reserve(Duration::zero());
  for (int wake = 0; wake < 1997; ++wake)
    reserve.add_wake_up(at(milliseconds(5)), at(microseconds(5100)));
  reserve.add_wake_up(at(milliseconds(5)), at(milliseconds(9)));
  reserve.add_wake_up(at(milliseconds(5)), at(milliseconds(8)));
  reserve.add_wake_up(at(milliseconds(5)), at(milliseconds(8)));
  EXPECT_EQ(reserve.value(), milliseconds(3)) << "of 2000 wake-ups the worst two are beyond p99.9";
}

TEST(WakeUpReserve, IsCappedAndIgnoresEarlyWakeUps) {
  WakeUpReserve reserve(Duration::zero());
  reserve.add_wake_up(at(milliseconds(500)), at(milliseconds(5)));
  EXPECT_EQ(reserve.value(), milliseconds(1));
  reserve.add_wake_up(at(milliseconds(5)), at(milliseconds(500)));
  EXPECT_EQ(reserve.value(), milliseconds(10));
}

TEST(WakeUpReserve, StaysWhatTheUserFixed) {
  WakeUpReserve reserve(milliseconds(4));
  reserve.add_wake_up(at(milliseconds(5)), at(milliseconds(500)));
  EXPECT_EQ(reserve.value(), milliseconds(4));
}

TEST(TimeBudget, EndsAReserveBeforeTheDeadline) {
  const TimeBudget budget{at(milliseconds(10)), at(milliseconds(110)), milliseconds(2)};
  EXPECT_EQ(budget.total(), milliseconds(100));
  EXPECT_EQ(budget.answer_by(), at(milliseconds(108)));
  EXPECT_EQ(budget.left(at(milliseconds(100))), milliseconds(8));
  EXPECT_LT(budget.left(at(milliseconds(109))), Duration::zero());
}

}  // namespace
}  // namespace branchline::runtime
