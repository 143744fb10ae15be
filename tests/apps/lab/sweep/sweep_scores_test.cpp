#include "apps/lab/sweep/sweep_scores.h"

#include <gtest/gtest.h>

namespace branchline::lab {
namespace {

using namespace std::chrono_literals;

PlanSample sample(Duration total, Duration uplink, std::uint64_t bytes) {
  PlanSample made;
  made.total = total;
  made.uplink = uplink;
  made.device = total - uplink;
  made.bytes_up = bytes;
  return made;
}

PlanSample given_up() {
  PlanSample made;
  made.total = 10s;
  made.given_up = true;
  return made;
}

TEST(SweepScores, CountsWhatCameByTheDeadline) {
  ResultRow row;
  row.deadline_ms = 100;
  row.accuracy = 0.8;
  add_measured(
      {sample(90ms, 40ms, 1000), sample(100ms, 50ms, 1000), sample(110ms, 60ms, 1000), given_up()},
      row);
  EXPECT_EQ(row.samples, 4U);
  EXPECT_EQ(row.hit_rate, 0.5);
  EXPECT_EQ(row.delivered_accuracy, 0.4);
  EXPECT_EQ(row.measured->median.total, 105);
  EXPECT_EQ(row.measured->median.uplink, 50) << "of those that were not given up";
  EXPECT_EQ(row.measured->bytes_up, 1000);
}

TEST(SweepScores, LeaveARowWithoutSamplesLate) {
  ResultRow row;
  row.accuracy = 0.8;
  add_measured({}, row);
  EXPECT_FALSE(row.measured);
  EXPECT_EQ(row.hit_rate, 0);
  EXPECT_EQ(row.delivered_accuracy, 0);
}

TEST(SweepScores, TakeTheDelayOutOfTheGoodput) {
  const std::vector<PlanSample> samples = {sample(200ms, 105ms, 12'500), given_up()};
  EXPECT_DOUBLE_EQ(goodput_mbps(samples, 5ms).value(), 1);
  EXPECT_FALSE(goodput_mbps({given_up()}, 5ms));
}

TEST(SweepScores, SayHowFarPredictionsWereOff) {
  const PredictionError error = prediction_error({0.1, -0.2, 0.05});
  EXPECT_EQ(error.plans, 3U);
  EXPECT_DOUBLE_EQ(error.median, 0.1);
  EXPECT_DOUBLE_EQ(error.p90, 0.2);
}

}  // namespace
}  // namespace branchline::lab
