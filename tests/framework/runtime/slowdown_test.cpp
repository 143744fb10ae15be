#include "framework/runtime/slowdown.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace branchline::runtime {
namespace {

using std::chrono::milliseconds;

TEST(Slowdown, RestsTheRestOfTheSlowTime) {
  Slowdown slow(20);
  EXPECT_EQ(slow.rest_after("u:1-4", milliseconds(1)), milliseconds(19));
  EXPECT_EQ(Slowdown(1).rest_after("u:1-4", milliseconds(1)), Duration::zero());
}

TEST(Slowdown, DoesNotMultiplyARunThatWasHeldUp) {
  Slowdown slow(11);
  for (int run = 0; run < 5; ++run) slow.rest_after("u:1-4", milliseconds(4));
  EXPECT_EQ(slow.rest_after("u:1-4", milliseconds(40)), milliseconds(50));
  EXPECT_EQ(slow.rest_after("u:1-4", milliseconds(3)), milliseconds(30)) << "quicker counts";
  EXPECT_EQ(slow.rest_after("u:5-6", milliseconds(40)), milliseconds(400)) << "other work";
}

TEST(Slowdown, IsNotMovedByAFewHeldUpInARow) {
  Slowdown slow(11);
  for (int run = 0; run < 5; ++run) slow.rest_after("u:1-4", milliseconds(4));
  for (int run = 0; run < 3; ++run) {
    EXPECT_EQ(slow.rest_after("u:1-4", milliseconds(40)), milliseconds(50)) << run;
  }
}

TEST(Slowdown, BelievesWorkThatStaysSlower) {
  Slowdown slow(11);
  for (int run = 0; run < 9; ++run) slow.rest_after("u:1-4", milliseconds(4));
  Duration rest{0};
  for (int run = 0; run < 6; ++run) rest = slow.rest_after("u:1-4", milliseconds(40));
  EXPECT_EQ(rest, milliseconds(400));
}

TEST(Slowdown, IsNoSpeedUp) { EXPECT_THROW(Slowdown(0.5), std::logic_error); }

}  // namespace
}  // namespace branchline::runtime
