#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "apps/lab/experiments/faults/fault_answers.h"
#include "apps/lab/experiments/faults/fault_experiment.h"

namespace branchline::lab {
namespace {

FaultRow row_of(int feasible, int answered, int in_time, int excused) {
  FaultRow row;
  row.requests = feasible + 5;
  row.feasible = feasible;
  row.answered = answered;
  row.in_time = in_time;
  row.excused = excused;
  return row;
}

TEST(FaultRow, LeavesOutWhatTheMachineMayHaveDone) {
  EXPECT_DOUBLE_EQ(row_of(1000, 1000, 998, 2).hit_rate(), 1);
  EXPECT_DOUBLE_EQ(row_of(1000, 1000, 990, 0).hit_rate(), 0.99);
}

TEST(FaultRow, IsGoodWhenAllAreAnsweredAndNearlyAllInTime) {
  EXPECT_TRUE(row_of(1000, 1000, 999, 0).good());
  EXPECT_FALSE(row_of(1000, 1000, 998, 0).good());
  EXPECT_FALSE(row_of(2000, 2000, 1996, 0).good());
  EXPECT_TRUE(row_of(2000, 2000, 1996, 3).good());
  EXPECT_FALSE(row_of(1000, 999, 999, 1).good()) << "one is lost";
  FaultRow hung = row_of(1000, 1000, 999, 1);
  hung.hung = 1;
  EXPECT_FALSE(hung.good());
  FaultRow wrong = row_of(1000, 1000, 1000, 0);
  wrong.wrong = 1;
  EXPECT_FALSE(wrong.good());
}

TEST(FaultAnswer, MayDifferByWhatCodecsLoseAndNoMore) {
  const std::vector<float> right = {-2, 0, 6};
  EXPECT_TRUE(close_enough(right, right));
  EXPECT_TRUE(close_enough({-1, 1, 5}, right));
  EXPECT_FALSE(close_enough({-2, 2.1F, 6}, right));
  EXPECT_FALSE(close_enough({-2, std::nanf(""), 6}, right));
  EXPECT_FALSE(close_enough({-2, 0}, right));
}

TEST(FaultRow, StandsInTheDocument) {
  FaultRow row = row_of(10, 10, 9, 0);
  row.fault = EdgeFault::frozen;
  const auto json = nlohmann::json::parse(faults_json({}, {row}));
  EXPECT_EQ(json["schema"], "branchline.faults_experiment/1");
  EXPECT_EQ(json["rows"][0]["fault"], "frozen");
  EXPECT_EQ(json["rows"][0]["good"], false);
  EXPECT_NE(fault_table({row}).find("NOT GOOD"), std::string::npos);
}

}  // namespace
}  // namespace branchline::lab
