#include "apps/lab/experiments/traces/virtual_wire.h"

#include <gtest/gtest.h>

#include "apps/lab/experiments/traces/virtual_time.h"

namespace branchline::lab {
namespace {

using namespace std::chrono_literals;

TEST(VirtualWire, TakesAFramesBytesAtTheRateThenTheDelay) {
  VirtualTime time;
  const TimePoint start = time.now();
  VirtualWire wire(transport::steady_rate(100'000), 20ms, start);
  std::vector<Duration> arrivals;
  Duration first{0};
  const auto arrive = [&](TimePoint first_byte) {
    arrivals.push_back(time.now() - start);
    first = first_byte - start;
  };
  wire.send(
      10'000, [] {}, arrive, time.now());
  wire.send(
      5'000, [] {}, arrive, time.now());
  while (const auto next = wire.next_event()) {
    time.set(*next);
    wire.run(time.now());
  }
  ASSERT_EQ(arrivals.size(), 2U);
  EXPECT_NEAR(static_cast<double>(arrivals[0].count()), 120e6, 1e3);
  EXPECT_NEAR(static_cast<double>(arrivals[1].count()), 170e6, 1e3);
  EXPECT_GT(first, 120ms);
  EXPECT_LT(first, 140ms);
}

TEST(VirtualWire, StandsStillWhenTheLinkDoes) {
  VirtualTime time;
  VirtualWire wire(transport::steady_rate(0), 1ms, time.now());
  wire.send(
      100, [] {}, [](TimePoint) { FAIL(); }, time.now());
  EXPECT_FALSE(wire.next_event());
  wire.run(time.now() + 1h);
}

}  // namespace
}  // namespace branchline::lab
