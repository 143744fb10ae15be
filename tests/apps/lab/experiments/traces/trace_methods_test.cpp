#include "apps/lab/experiments/traces/trace_methods.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "apps/lab/experiments/traces/trace_baselines.h"
#include "tests/apps/lab/experiments/traces/sample_setting.h"

namespace branchline::lab {
namespace {

using namespace std::chrono_literals;
using testing::steady_trace;

double hits(const TracePlay& play) {
  const auto count = std::count_if(play.frames.begin(), play.frames.end(),
                                   [](const TraceFrame& frame) { return frame.in_time; });
  return static_cast<double>(count) / static_cast<double>(play.frames.size());
}

double right(const TracePlay& play) {
  const auto count = std::count_if(play.frames.begin(), play.frames.end(),
                                   [](const TraceFrame& frame) { return frame.right; });
  return static_cast<double>(count) / static_cast<double>(play.frames.size());
}

class TraceMethods : public ::testing::Test {
 protected:
  std::vector<TracePlay> play(const TraceCase& trace) const {
    return play_baselines(setting_, trace, speeds_);
  }
  TracePlay play(const TraceCase& trace, const std::string& method) const {
    for (TracePlay& played : play(trace)) {
      if (played.method == method) return std::move(played);
    }
    ADD_FAILURE() << "no " << method;
    return {};
  }

  const TraceSetting setting_ = testing::sample_setting();
  const std::vector<FrameSpeed> speeds_ = std::vector<FrameSpeed>(50);
};

TEST_F(TraceMethods, ComputesWhatFitsOnTheDevice) {
  const TraceCase dead = steady_trace(0);
  const auto plays = play(dead);
  EXPECT_DOUBLE_EQ(hits(play(dead, "device only, exit 1")), 1);
  EXPECT_DOUBLE_EQ(right(play(dead, "device only, exit 1")), 0.6);
  EXPECT_DOUBLE_EQ(hits(play(dead, "device only, exit 3")), 0);
  EXPECT_DOUBLE_EQ(hits(play(dead, "edge only, JPEG")), 0);
}

TEST_F(TraceMethods, SendsWhenTheLinkIsFast) {
  const TraceCase fast = steady_trace(1e7);
  EXPECT_DOUBLE_EQ(right(play(fast, "edge only, JPEG")), 0.9);
  EXPECT_DOUBLE_EQ(right(play(fast, "neurosurgeon")), 0.9);
  EXPECT_DOUBLE_EQ(right(play(fast, "edgent static")), 0.9);
  EXPECT_DOUBLE_EQ(right(play(fast, "edgent dynamic, depth")), 0.9);
}

TEST_F(TraceMethods, KeepsEdgentOnTheDeviceWhenNothingPasses) {
  const TracePlay edgent = play(steady_trace(1), "edgent static");
  EXPECT_DOUBLE_EQ(hits(edgent), 1);
  for (const TraceFrame& frame : edgent.frames) EXPECT_EQ(frame.place, Place::device);
}

TEST_F(TraceMethods, SendsNothingWhileOldBytesAreOnTheirWay) {
  TraceCase slow = steady_trace(
      static_cast<double>(setting_.jpeg_bytes.front()));  // a picture takes over a second
  EXPECT_DOUBLE_EQ(hits(play(slow, "edge only, JPEG")), 0);
  slow.link.uplink.steps.push_back({5s, 1e7});
  slow.link.downlink = transport::steady_rate(1e7);
  const TracePlay later = play(slow, "edge only, JPEG");
  EXPECT_TRUE(later.frames.back().in_time);
  EXPECT_GT(hits(later), 0.4);
}

TEST_F(TraceMethods, LetsAFrameWaitForTheBytesOfTheOneBefore) {
  // Nothing passes for 300 ms, then a picture takes about 30 ms: the first frame's bytes are in the
  // way of the second one (due at 350 ms), which alone would have been through at 330 ms.
  const double picture = static_cast<double>(setting_.jpeg_bytes.front()) + 250;
  TraceCase trace = steady_trace(1e7);
  trace.link.uplink.steps = {{0s, 0}, {300ms, picture / 0.03}};
  const TracePlay play = this->play(trace, "edge only, JPEG");
  EXPECT_FALSE(play.frames[0].in_time);
  EXPECT_FALSE(play.frames[1].in_time);
  EXPECT_TRUE(play.frames[2].in_time);
}

TEST_F(TraceMethods, HasAnOracleThatNoneBeats) {
  TraceCase trace = steady_trace(2e4);
  trace.link.uplink.steps.push_back({4s, 1e3});
  trace.link.uplink.steps.push_back({6s, 1e6});
  const TracePlay oracle = play_oracle(setting_, trace, speeds_);
  for (const TracePlay& baseline : play(trace)) {
    EXPECT_LE(right(baseline), right(oracle)) << baseline.method;
    EXPECT_LE(hits(baseline), hits(oracle)) << baseline.method;
  }
}

TEST_F(TraceMethods, PricesAWholePictureByItsOwnSize) {
  for (const FramePlan& plan : all_frame_plans(setting_)) {
    if (plan.place != Place::edge) continue;
    EXPECT_EQ(plan.device, Duration{10us}) << "only encoding";
    if (plan.sends_jpeg) {
      EXPECT_LT(plan.bytes_up, 400) << "the frame without its payload";
    } else {
      EXPECT_GE(plan.bytes_up, 8 * 8 * 3 + 40) << plan.crossing.codec;
    }
  }
}

}  // namespace
}  // namespace branchline::lab
