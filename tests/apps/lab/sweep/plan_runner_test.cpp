#include "apps/lab/sweep/plan_runner.h"

#include <gtest/gtest.h>

#include "framework/base/error.h"
#include "tests/apps/lab/sweep/sample_network.h"

namespace branchline::lab {
namespace {

using namespace std::chrono_literals;

constexpr double kRate = 20'000;  // bytes/s

class RunningPlans : public ::testing::Test {
 protected:
  MethodPlan plan(const std::string& method) const {
    return *PlanningDesk(network_, {kRate, kRate, 10ms}, {kRate}).choose(method, 10s).plan;
  }

  const LabNetwork network_ = testing::sample_network();
  EdgeService edge_ = testing::edge_of(network_.file);
  PlanRunner runner_{network_, edge_.port()};
  const transport::LinkProfile link_ = transport::steady_link(kRate, kRate, 5ms);
};

void expect_whole(const PlanSample& sample) {
  EXPECT_FALSE(sample.given_up);
  EXPECT_EQ(sample.total, sample.device + sample.uplink + sample.edge + sample.downlink);
  EXPECT_GT(sample.device, Duration::zero());
}

TEST_F(RunningPlans, StayOnTheDevice) {
  runner_.prepare(plan("device-only"), link_);
  const PlanSample sample = runner_.run(network_.pictures.front(), 10s);
  expect_whole(sample);
  EXPECT_EQ(sample.bytes_up, 0u);
  EXPECT_EQ(sample.uplink, Duration::zero());
}

TEST_F(RunningPlans, PayForTheLink) {
  for (const std::string method : {"edge-only", "edge-only+codecs"}) {
    const MethodPlan priced = plan(method);
    runner_.prepare(priced, link_);
    const PlanSample sample = runner_.run(network_.pictures.front(), 10s);
    expect_whole(sample);
    EXPECT_EQ(edge_.status().answered > 0, true);
    EXPECT_NEAR(static_cast<double>(sample.bytes_up), static_cast<double>(priced.plan.uplink_bytes),
                120)
        << method;
    const double seconds = std::chrono::duration<double>(sample.uplink).count();
    EXPECT_GT(seconds, 0.8 * static_cast<double>(sample.bytes_up) / kRate) << method;
    EXPECT_GE(sample.downlink, 5ms) << "the way back";
  }
}

TEST_F(RunningPlans, GiveUpAndGoOn) {
  runner_.prepare(plan("edge-only"), link_);
  const PlanSample late = runner_.run(network_.pictures.front(), 5ms);
  EXPECT_TRUE(late.given_up);
  EXPECT_EQ(late.total, 5ms);
  expect_whole(runner_.run(network_.pictures.front(), 10s));
}

TEST_F(RunningPlans, StreamWithSeveralFramesUnderWay) {
  const MethodPlan split = plan("edge-only");
  runner_.prepare(split, link_);
  const auto frames = runner_.stream({5, 3, 5, 0s, 10s}, [] { return false; });
  ASSERT_EQ(frames.size(), 5U);
  Duration before{0};
  for (const PlanSample& frame : frames) {
    EXPECT_GT(frame.done, before) << "in the order they ended";
    EXPECT_GE(frame.done, frame.total);
    EXPECT_NEAR(static_cast<double>(frame.bytes_up), static_cast<double>(split.plan.uplink_bytes),
                120);
    before = frame.done;
  }
  EXPECT_LT(frames[1].done - frames[1].total, frames[0].done) << "begun before the first was back";
  expect_whole(runner_.run(network_.pictures.front(), 10s));
}

TEST_F(RunningPlans, StreamOneFrameAfterTheOtherOnTheDevice) {
  runner_.prepare(plan("device-only"), link_);
  const auto frames = runner_.stream({3, 3, 3, 0s, 10s}, [] { return false; });
  ASSERT_EQ(frames.size(), 3U);
  for (std::size_t i = 1; i < frames.size(); ++i) {
    EXPECT_GE(frames[i].done - frames[i].total, frames[i - 1].done);
    EXPECT_EQ(frames[i].bytes_up, 0U);
  }
}

TEST_F(RunningPlans, FailWhenTheEdgeIsGone) {
  edge_.stop(Duration::zero());
  EXPECT_THROW(runner_.prepare(plan("edge-only"), link_), RunError);
}

TEST_F(RunningPlans, TellTheEdgesWorkAndTheAnswersBytes) {
  const MethodPlan priced = plan("edge-only");
  runner_.prepare(priced, link_);
  const PlanSample sample = runner_.run(network_.pictures.front(), 10s);
  EXPECT_GT(sample.edge, Duration::zero());
  EXPECT_NEAR(static_cast<double>(sample.bytes_down),
              static_cast<double>(priced.plan.downlink_bytes), 80);
}

/// A sleep is never shorter than it is to be, whatever else the machine does.
TEST_F(RunningPlans, TakeTheTimeOfTheSlowedDevice) {
  LabNetwork slowed = testing::sample_network();
  slowed.slowdown = 1000;
  PlanRunner slow(slowed, edge_.port());
  for (PlanRunner* runner : {&runner_, &slow}) runner->prepare(plan("device-only"), link_);
  Duration quickest = Duration::max();
  for (int run = 0; run < 5; ++run) {
    quickest = std::min(quickest, runner_.run(network_.pictures.front(), 10s).device);
  }
  EXPECT_GT(slow.run(network_.pictures.front(), 10s).device, 20 * quickest);
}

}  // namespace
}  // namespace branchline::lab
