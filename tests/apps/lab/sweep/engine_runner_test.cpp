#include "apps/lab/sweep/engine_runner.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "apps/lab/sweep/plan_runner.h"
#include "framework/profile/exit_segments.h"
#include "framework/profile/unit_timer.h"
#include "tests/apps/lab/sweep/sample_network.h"

namespace branchline::lab {
namespace {

using namespace std::chrono_literals;

constexpr double kFast = 1e6, kSlow = 500;  // bytes/s
constexpr Duration kDelay = 2ms, kDeadline = 300ms;

/// b_camera on a device whose deepest exit takes longer than the deadline, its first one
/// a fraction of it.
LabNetwork slowed_network() {
  LabNetwork network = testing::sample_camera();
  slice::SliceCache cache(1 << 28);
  const graph::LayerGraph& layers = network.model->layers();
  std::vector<Duration> runs = profile::local_runs(network.model, cache)(
      profile::whole_of(layers, layers.exit_count() - 1), 5, 21);
  std::sort(runs.begin(), runs.end());
  network.slowdown = 1.5 * static_cast<double>(kDeadline.count()) /
                     static_cast<double>(runs[runs.size() / 2].count());
  return network;
}

class EngineFrames : public ::testing::Test {
 protected:
  const at::Tensor& picture() const { return network_.pictures.front(); }

  const LabNetwork network_ = slowed_network();
  const transport::LinkProfile slow_ = transport::steady_link(kSlow, kFast, kDelay);
  EdgeService edge_ = testing::edge_of(network_.file);
  StopFlag stop_;
};

TEST_F(EngineFrames, AreInsuredWhereAPlanWaitsInVain) {
  EngineRunner engine(network_, edge_.port());
  engine.open(transport::steady_link(kFast, kFast, kDelay), stop_);
  engine.settle(kDeadline, 10s, stop_);
  engine.set_link(slow_);
  int insured = 0;
  for (int frame = 0; frame < 3; ++frame) {
    const PlanSample sample = engine.run(picture(), kDeadline);
    ASSERT_TRUE(sample.answer);
    EXPECT_GE(sample.answer->exit, 1);
    EXPECT_NE(sample.answer->place, "edge");
    EXPECT_FALSE(sample.given_up);
    EXPECT_EQ(sample.total, sample.device) << "no part of the answer came over the link";
    insured += sample.answer->place == "insured" ? 1 : 0;
  }
  EXPECT_GE(insured, 1) << "the engine took the link for a fast one";

  PlanRunner given(network_, edge_.port());
  const PlanningDesk desk(network_, {kFast, kFast, 2 * kDelay}, {kFast});
  given.prepare(*desk.choose("edge-only", kDeadline).plan, slow_);
  EXPECT_TRUE(given.run(picture(), kDeadline).given_up) << "the same frame without insurance";
}

TEST_F(EngineFrames, TellTheirParts) {
  EngineRunner engine(network_, edge_.port());
  engine.open(transport::steady_link(kFast, kFast, kDelay), stop_);
  engine.settle(kDeadline, 10s, stop_);
  PlanSample sample;
  for (int tries = 0; tries < 20 && sample.uplink == Duration::zero(); ++tries) {
    sample = engine.run(picture(), kDeadline);
  }
  ASSERT_GT(sample.uplink, Duration::zero()) << "with a link so fast the device alone is no match";
  EXPECT_EQ(sample.total, sample.device + sample.uplink + sample.edge + sample.downlink);
  EXPECT_GT(sample.bytes_up, static_cast<std::uint64_t>(network_.up_overhead));
  EXPECT_GE(sample.downlink, kDelay) << "the way back";
  EXPECT_FALSE(sample.answer->codec.empty());
  EXPECT_TRUE(sample.answer->accuracy);
}

}  // namespace
}  // namespace branchline::lab
