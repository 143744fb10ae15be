#include "apps/lab/experiments/traces/virtual_engine.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/apps/lab/experiments/traces/sample_setting.h"

namespace branchline::lab {
namespace {

using namespace std::chrono_literals;
using testing::steady_trace;

class AVirtualEngine : public ::testing::Test {
 protected:
  std::vector<TraceFrame> play(const TraceCase& trace) {
    VirtualEngine engine(setting_, trace, cache_);
    return engine.play(std::vector<FrameSpeed>(50));
  }
  static std::ptrdiff_t answered_at(const std::vector<TraceFrame>& frames, Place place) {
    return std::count_if(frames.begin(), frames.end(), [place](const TraceFrame& frame) {
      return frame.in_time && frame.place == place;
    });
  }

  const TraceSetting setting_ = testing::sample_setting();
  slice::SliceCache cache_{256 << 20};
};

TEST_F(AVirtualEngine, AnswersFromTheDeviceWhenTheLinkIsDead) {
  const auto frames = play(steady_trace(0));
  EXPECT_EQ(answered_at(frames, Place::device), 50);
  for (const TraceFrame& frame : frames) EXPECT_LE(frame.latency, setting_.deadline);
}

TEST_F(AVirtualEngine, GetsTheDeepestExitFromAFastEdge) {
  const auto frames = play(steady_trace(1e7));
  EXPECT_EQ(answered_at(frames, Place::device), 0);
  for (const TraceFrame& frame : frames) {
    EXPECT_EQ(frame.exit, 2);
    EXPECT_GT(frame.latency, 10ms) << "the link is 5 ms long each way";
    EXPECT_LT(frame.latency, 50ms);
  }
}

TEST_F(AVirtualEngine, MissesNothingWhenTheLinkStopsAndGoesOn) {
  TraceCase trace = steady_trace(1e7);
  for (auto* rate : {&trace.link.uplink, &trace.link.downlink}) {
    rate->steps.push_back({3s, 0});
    rate->steps.push_back({6s, 1e7});
  }
  const auto frames = play(trace);
  for (std::size_t i = 0; i < frames.size(); ++i) EXPECT_TRUE(frames[i].in_time) << i;
  EXPECT_NE(frames[14].place, Place::device) << "2.8 s";
  EXPECT_EQ(frames[20].place, Place::device) << "4 s";
  EXPECT_FALSE(frames[25].link_up) << "5 s";
  EXPECT_TRUE(frames.back().link_up) << "9.8 s";
}

TEST_F(AVirtualEngine, PlaysTheSameTwice) {
  TraceCase trace = steady_trace(3e4);
  trace.link.uplink.steps.push_back({4s, 2e3});
  const auto once = play(trace);
  const auto again = play(trace);
  for (std::size_t i = 0; i < once.size(); ++i) {
    EXPECT_EQ(once[i].latency, again[i].latency) << i;
    EXPECT_EQ(once[i].place, again[i].place) << i;
  }
}

}  // namespace
}  // namespace branchline::lab
