#include "apps/lab/experiments/faults/wake_up_watch.h"

#include <gtest/gtest.h>
#include <signal.h>

#include "tests/support/eventually.h"

namespace branchline::lab {
namespace {

using namespace std::chrono_literals;

TEST(WakeUpWatch, SeesThatTheMachineHeldItUp) {
  WakeUpWatch watch;
  const TimePoint start = Clock::now();
  // Somebody else holds both cores' attention now and then; forcing it would take a second process.
  // What can be told for sure: a time before the watch began was never late.
  EXPECT_FALSE(watch.was_late_between(start - 1h, start - 1s));
  EXPECT_TRUE(testing::eventually(20s, [&] {
    return watch.late_wake_ups() == 0 || watch.was_late_between(start, Clock::now());
  }));
}

TEST(WakeUpWatch, CanTellOfTheVeryPresent) {
  const WakeUpWatch watch;
  const TimePoint now = Clock::now();
  (void)watch.was_late_between(now, now);  // waits for its next wake-up, not for ever
}

}  // namespace
}  // namespace branchline::lab
