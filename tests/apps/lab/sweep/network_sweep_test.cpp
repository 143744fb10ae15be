#include "apps/lab/sweep/network_sweep.h"

#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <sstream>

#include "apps/lab/sweep/stop_point.h"
#include "tests/apps/lab/sweep/sample_network.h"
#include "tests/branchy_models/temporary_folder.h"

namespace branchline::lab {
namespace {

using namespace std::chrono_literals;

constexpr double kRate = 50'000;  // bytes/s

class SweepOfOneNetwork : public ::testing::Test {
 protected:
  SweepOfOneNetwork() {
    experiment_.samples = 2;
    experiment_.delay = 2ms;
    experiment_.parts = {{"whole",
                          {"device-only", "branchline-uninsured", "branchline"},
                          {300ms, 400ms},
                          {{"400kbit", kRate, {}}}}};
  }
  Sweep swept() {
    MeasurementLog log(file_);
    NetworkSweep part(experiment_, network_, log);
    try {
      part.measure(edge_.port(), stop_, on_progress_);
    } catch (const Stopped&) {
    }
    Sweep sweep;
    part.score(sweep);
    return sweep;
  }
  std::string measurements() const {
    std::ostringstream text;
    text << std::ifstream(file_).rdbuf();
    return text.str();
  }

  const branchy_models::TemporaryFolder folder_;
  const std::string file_ = folder_.path("measurements.csv");
  const LabNetwork network_ = testing::sample_network();
  EdgeService edge_ = testing::edge_of(network_.file);
  Experiment experiment_;
  std::function<void(const SweepProgress&)> on_progress_ = [](const SweepProgress&) {};
  const StopFlag stop_;
};

TEST_F(SweepOfOneNetwork, SharesPlansButNoEngineFramesBetweenDeadlines) {
  const Sweep sweep = swept();
  ASSERT_EQ(sweep.rows.size(), 6U);
  for (const ResultRow& row : sweep.rows) {
    const bool engine = row.method == kEngineMethod;
    EXPECT_EQ(row.samples, engine ? 4U : 2U) << describe(row);
    EXPECT_GE(row.exit, 1) << describe(row);
    EXPECT_EQ(row.predicted.has_value(), !engine) << describe(row);
    EXPECT_EQ(row.solver_us.has_value(), !engine) << describe(row);
  }
  EXPECT_EQ(sweep.rows[0].measured->median.total, sweep.rows[3].measured->median.total);
  EXPECT_NE(sweep.rows[2].measured->median.total, sweep.rows[5].measured->median.total);
}

TEST_F(SweepOfOneNetwork, GoesOnWithoutMeasuringAnew) {
  const Sweep before = swept();
  const std::string written = measurements();
  const Sweep after = swept();
  EXPECT_EQ(measurements(), written);
  EXPECT_EQ(after.samples, before.samples);
  ASSERT_EQ(after.rows.size(), before.rows.size());
  for (std::size_t i = 0; i < after.rows.size(); ++i) {
    EXPECT_EQ(after.rows[i].exit, before.rows[i].exit);
    EXPECT_EQ(after.rows[i].measured->median.total, before.rows[i].measured->median.total);
    EXPECT_EQ(after.rows[i].delivered_accuracy, before.rows[i].delivered_accuracy);
  }
}

TEST_F(SweepOfOneNetwork, KeepsWhatItMeasuredBeforeAStop) {
  on_progress_ = [&](const SweepProgress& now) {
    if (now.done == 1) {
      std::raise(SIGINT);
      stop_.wait_until(TimePoint::max());
    }
  };
  EXPECT_EQ(swept().samples, 1U) << "the first turn's";
}

}  // namespace
}  // namespace branchline::lab
