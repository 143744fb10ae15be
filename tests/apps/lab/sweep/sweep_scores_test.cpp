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

TEST(SweepScores, LeaveAnUnknownAccuracyUnknown) {
  ResultRow row;
  row.accuracy = row.delivered_accuracy = std::nullopt;
  add_measured({sample(90ms, 40ms, 1000)}, row);
  EXPECT_FALSE(row.accuracy);
  EXPECT_FALSE(row.delivered_accuracy);
}

PlanSample frame(Duration total, int exit, const std::string& place,
                 std::optional<double> accuracy) {
  PlanSample made;
  made.total = total;
  made.answer = FrameAnswer{exit, place, place == "edge" ? "jpeg" : "", accuracy};
  return made;
}

TEST(SweepScores, TakeAnEnginesFramesOneByOne) {
  ResultRow row;
  row.deadline_ms = 100;
  add_frames({frame(60ms, 3, "edge", 0.9), frame(98ms, 1, "insured", 0.5),
              frame(70ms, 3, "edge", 0.9), frame(120ms, 2, "device", 0.7)},
             row);
  EXPECT_EQ(row.exit, 3);
  EXPECT_EQ(row.place, "edge");
  EXPECT_EQ(row.codec, "jpeg");
  EXPECT_EQ(row.samples, 4U);
  EXPECT_EQ(row.hit_rate, 0.75);
  EXPECT_DOUBLE_EQ(row.accuracy.value(), 0.75);
  EXPECT_DOUBLE_EQ(row.delivered_accuracy.value(), 0.575) << "0 for the one that came late";
  EXPECT_EQ(row.measured->median.total, 84);
  EXPECT_FALSE(row.predicted);
}

TEST(SweepScores, SayWhereAnEnginesMostFrequentExitCameFrom) {
  ResultRow row;
  row.deadline_ms = 100;
  row.accuracy = row.delivered_accuracy = std::nullopt;
  add_frames({frame(90ms, 1, "insured", std::nullopt), frame(90ms, 1, "insured", std::nullopt),
              frame(50ms, 1, "device", std::nullopt), frame(50ms, 2, "device", std::nullopt),
              frame(50ms, 2, "device", std::nullopt)},
             row);
  EXPECT_EQ(row.exit, 1);
  EXPECT_EQ(row.place, "insured");
  EXPECT_EQ(row.hit_rate, 1);
  EXPECT_FALSE(row.accuracy) << "of a network whose accuracy is not known";
  EXPECT_FALSE(row.delivered_accuracy);
}

TEST(SweepScores, LeaveAnEnginesRowWithoutFramesEmpty) {
  ResultRow row;
  add_frames({}, row);
  EXPECT_EQ(row.exit, 0);
  EXPECT_EQ(row.samples, 0U);
  EXPECT_FALSE(row.measured);
}

ResultRow planned(const std::string& method, int exit, double predicted_ms) {
  ResultRow row;
  row.method = method;
  row.exit = exit;
  if (exit > 0) row.predicted = TimeParts{predicted_ms, 0, 0, 0, 0};
  return row;
}

TEST(SweepScores, ComparePredictionsWithTheOptimumOfTheSameExitAndCodecs) {
  std::vector<ResultRow> rows = {planned("exact2", 2, 40), planned("hpa", 2, 50),
                                 planned("edgent", 1, 20), planned("dads", 0, 0),
                                 planned("edge-only+codecs", 2, 30)};
  add_ratios(rows);
  EXPECT_EQ(rows[0].ratio_to_optimum, 1);
  EXPECT_EQ(rows[1].ratio_to_optimum, 1.25);
  EXPECT_FALSE(rows[2].ratio_to_optimum) << "of another exit";
  EXPECT_FALSE(rows[3].ratio_to_optimum) << "no plan";
  EXPECT_FALSE(rows[4].ratio_to_optimum) << "no optimum with codecs";
  rows.push_back(planned("exact2+codecs", 2, 20));
  add_ratios(rows);
  EXPECT_EQ(rows[4].ratio_to_optimum, 1.5);
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

TEST(SweepScores, TellThePlanInTheFieldsWords) {
  MethodPlan plan;
  plan.plan.exit = 2;
  plan.plan.tier = {Tier::device, Tier::device, Tier::edge, std::nullopt, Tier::edge};
  plan.plan.predicted = 15ms;
  plan.plan.breakdown.device = 1ms;
  plan.plan.breakdown.uplink = 2ms;
  plan.plan.breakdown.edge = 4ms;
  plan.plan.breakdown.downlink = 8ms;
  plan.simulated = 16ms;
  plan.runnable.place = Place::split;
  plan.runnable.remote.emplace();
  plan.runnable.remote->sent = {{0, 0}, {1, 0}};
  plan.codec = "fp16";
  plan.accuracy = 0.7;
  ResultRow row;
  add_plan(plan, row);
  EXPECT_EQ(row.exit, 3) << "from 1";
  EXPECT_EQ(row.place, "split");
  EXPECT_EQ(row.cut, 1);
  EXPECT_EQ(row.device_units, 1) << "the input is no work";
  EXPECT_EQ(row.codec, "fp16");
  EXPECT_EQ(row.predicted->total, 15);
  EXPECT_EQ(row.predicted->device, 1);
  EXPECT_EQ(row.predicted->uplink, 2);
  EXPECT_EQ(row.predicted->edge, 4);
  EXPECT_EQ(row.predicted->downlink, 8);
  EXPECT_EQ(row.simulated_ms, 16);
  EXPECT_EQ(row.accuracy, 0.7);
  plan.runnable.place = Place::device;
  add_plan(plan, row);
  EXPECT_EQ(row.place, "device");
}

TEST(SweepScores, NeverCountWhatWasGivenUpAsInTime) {
  ResultRow row;
  row.deadline_ms = 10'000;
  add_measured({given_up()}, row);
  EXPECT_EQ(row.hit_rate, 0);
}

TEST(SweepScores, GiveIntervalsAndTheSlowTail) {
  std::vector<PlanSample> samples;
  for (int i = 1; i <= 11; ++i) {
    samples.push_back({i * 10ms, i * 1ms, i * 2ms, i * 3ms, i * 4ms, 100, 50, false, {}});
  }
  ResultRow row;
  row.deadline_ms = 80;
  add_measured(samples, row);
  EXPECT_EQ(row.measured->low, 20);
  EXPECT_EQ(row.measured->high, 100);
  EXPECT_EQ(row.measured->p90, 100);
  EXPECT_EQ(row.measured->median.device, 6);
  EXPECT_EQ(row.measured->median.uplink, 12);
  EXPECT_EQ(row.measured->median.edge, 18);
  EXPECT_EQ(row.measured->median.downlink, 24);
  EXPECT_EQ(row.measured->bytes_down, 50);
  EXPECT_LT(row.hit_low, row.hit_rate);
  EXPECT_GT(row.hit_high, row.hit_rate);
}

TEST(SweepScores, CompareWithTheOptimumOfTheSameCircumstances) {
  std::vector<ResultRow> rows(4, planned("hpa", 2, 50));
  rows[1].link = "other";
  rows[2].deadline_ms = 300;
  rows[3].model = "other";
  rows.push_back(planned("exact2", 2, 40));
  rows.push_back(planned("branchline-uninsured", 2, 30));
  rows.push_back(planned("exact2+codecs", 2, 20));
  add_ratios(rows);
  EXPECT_EQ(rows[0].ratio_to_optimum, 1.25);
  for (std::size_t i = 1; i < 4; ++i) EXPECT_FALSE(rows[i].ratio_to_optimum) << i;
  EXPECT_EQ(rows[5].ratio_to_optimum, 1.5) << "it has codecs";
}

}  // namespace
}  // namespace branchline::lab
