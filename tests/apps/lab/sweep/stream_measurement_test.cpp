#include "apps/lab/sweep/stream_measurement.h"

#include <gtest/gtest.h>

#include "tests/apps/lab/sweep/sample_network.h"
#include "tests/branchy_models/temporary_folder.h"

namespace branchline::lab {
namespace {

using namespace std::chrono_literals;

constexpr double kRate = 100'000;  // bytes/s

class MeasuringStreams : public ::testing::Test {
 protected:
  static Experiment experiment() {
    Experiment wanted;
    wanted.stream_frames = 6;
    return wanted;
  }
  std::string file() const { return folder_.path("measurements.csv"); }

  const branchy_models::TemporaryFolder folder_;
  const LabNetwork network_ = testing::sample_network();
  const Experiment experiment_ = experiment();
  const MeasurementLog::Key key_{"abc", "a plan", "a link", 1, 1};
  const StopFlag stop_;
};

TEST_F(MeasuringStreams, GoOnWithWhatARunBeforeMeasured) {
  EdgeService edge = testing::edge_of(network_.file);
  PlanRunner runner(network_, edge.port());
  const auto plan = PlanningDesk(network_, {kRate, kRate, 2ms}, {kRate}).choose("edge-only", 10s);
  runner.prepare(*plan.plan, transport::steady_link(kRate, kRate, 1ms));
  {
    MeasurementLog log(file());
    EXPECT_TRUE(stream_missing(experiment_, log, key_, 10ms));
    measure_stream(experiment_, "net", key_, runner, stop_, log);
  }
  const MeasurementLog log(file());
  EXPECT_FALSE(stream_missing(experiment_, log, key_, 10ms));
  EXPECT_TRUE(log.of(key_).empty()) << "no samples of single runs";
  ResultRow row;
  add_stream(log, key_, row);
  ASSERT_TRUE(row.stream);
  EXPECT_GT(row.stream->fps, 0);
}

TEST_F(MeasuringStreams, AreLeftOutUnlessTheExperimentWantsThem) {
  const MeasurementLog log(file());
  EXPECT_FALSE(stream_missing(Experiment{}, log, key_, 10ms));
  EXPECT_FALSE(stream_missing(experiment_, log, key_, 1100ms)) << "the link would be full too long";
  ResultRow row;
  add_stream(log, key_, row);
  EXPECT_FALSE(row.stream);
}

TEST_F(MeasuringStreams, TakeAsLongAsTheirLongestStageAndTheLimitSay) {
  Experiment wanted = experiment();
  EXPECT_EQ(stream_length(wanted, key_, 10ms), (6 + 4) * 10ms);
  wanted.plan_limit = 500ms;
  EXPECT_EQ(stream_length(wanted, key_, 100ms), (4 + 4) * 100ms) << "the least";
  MeasurementLog::Key on_device = key_;
  on_device.link.clear();
  EXPECT_EQ(stream_length(wanted, on_device, 10ms), (6 + 1) * 10ms);
}

}  // namespace
}  // namespace branchline::lab
