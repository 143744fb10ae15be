#include "apps/lab/experiments/traces/trace_setting.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace branchline::lab {
namespace {

using namespace std::chrono_literals;

TEST(FrameSpeeds, HaveTheSpreadThatWasMeasured) {
  auto speeds = frame_speeds({10ms, 15ms, 30ms, 100}, 20000, 7);
  std::sort(speeds.begin(), speeds.end(),
            [](const FrameSpeed& a, const FrameSpeed& b) { return a.device < b.device; });
  const auto at = [&](double share) {
    return speeds[static_cast<std::size_t>(share * static_cast<double>(speeds.size()))].device;
  };
  EXPECT_NEAR(at(0.5), 1, 0.02);
  EXPECT_NEAR(at(0.9), 1.5, 0.05);
  EXPECT_NEAR(at(0.99), 3, 0.1);
  EXPECT_GE(speeds.front().device, 0.9);
}

TEST(FrameSpeeds, AreTheSameForTheSameSeed) {
  const profile::TimeStats spread{10ms, 11ms, 12ms, 100};
  EXPECT_EQ(frame_speeds(spread, 10, 1).back().edge, frame_speeds(spread, 10, 1).back().edge);
  EXPECT_NE(frame_speeds(spread, 10, 1).back().edge, frame_speeds(spread, 10, 2).back().edge);
}

}  // namespace
}  // namespace branchline::lab
