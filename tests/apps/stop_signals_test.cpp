#include "apps/stop_signals.h"

#include <gtest/gtest.h>

#include <csignal>

namespace branchline::apps {
namespace {

int heard_by_the_test = 0;

TEST(StopSignals, AreHeardOnceEach) {
  for (const int number : {SIGINT, SIGTERM}) {
    StopSignals signals;
    std::raise(number);
    EXPECT_EQ(signals.wait(), number);
  }
}

TEST(StopSignals, EndAWaitWithoutASignal) {
  StopSignals signals;
  signals.end();
  EXPECT_EQ(signals.wait(), 0);
}

TEST(StopSignals, LeaveTheHandlersAsTheyFoundThem) {
  for (const int number : {SIGINT, SIGTERM}) {
    const auto before = std::signal(number, [](int heard) { heard_by_the_test = heard; });
    { const StopSignals signals; }
    std::raise(number);
    EXPECT_EQ(heard_by_the_test, number);
    std::signal(number, before);
  }
}

TEST(StopSignals, EndTheProcessAtTheSecond) {
  EXPECT_EXIT(
      {
        const StopSignals signals;
        std::raise(SIGTERM);
        std::raise(SIGINT);
      },
      ::testing::ExitedWithCode(128 + SIGINT), "");
}

}  // namespace
}  // namespace branchline::apps
