#include "apps/lab/sweep/row_check.h"

#include <gtest/gtest.h>

namespace branchline::lab {
namespace {

using Kind = RowCheck::Kind;

ResultRow row(const std::string& method, double uplink, int exit, double deadline = 100) {
  ResultRow made;
  made.model = "net";
  made.method = method;
  made.link = std::to_string(uplink);
  made.uplink_mbps = uplink;
  made.deadline_ms = deadline;
  made.exit = exit;
  return made;
}

ResultRow delivering(const std::string& method, double accuracy, double low, double high) {
  ResultRow made = row(method, 1, 1);
  made.accuracy = accuracy;
  made.hit_low = low;
  made.hit_high = high;
  return made;
}

RowCheck never_below(const std::string& y) {
  RowCheck check;
  check.kind = Kind::never_below;
  check.y = y;
  check.of = "ours";
  check.than = "theirs";
  return check;
}

RowCheck exits(Kind kind) {
  RowCheck check;
  check.kind = kind;
  check.y = "exit";
  check.x = "uplink_mbps";
  return check;
}

TEST(RowCheck, SeesACurveFall) {
  const std::vector<ResultRow> rows = {row("a", 4, 2), row("a", 1, 1), row("a", 2, 3)};
  const CheckOutcome outcome = evaluate(exits(Kind::never_falls), rows);
  EXPECT_EQ(outcome.misses.size(), 1U) << "from 3 to 2";
  EXPECT_EQ(outcome.compared, 2U);
  RowCheck lenient = exits(Kind::never_falls);
  lenient.tolerance = 1;
  EXPECT_TRUE(evaluate(lenient, rows).holds());
}

TEST(RowCheck, ACurveFallsOnlyBeyondBothIntervals) {
  RowCheck check = exits(Kind::never_falls);
  check.y = "fps";
  ResultRow before = row("a", 1, 1), after = row("a", 2, 1);
  before.measured = MeasuredTimes{{180, 180, 0, 0, 0}, 170, 205, 205, 0, 0};
  after.measured = MeasuredTimes{{210, 210, 0, 0, 0}, 200, 260, 260, 0, 0};
  EXPECT_TRUE(evaluate(check, {before, after}).holds()) << "200 to 205 ms is in both";
  after.measured->low = 206;
  EXPECT_FALSE(evaluate(check, {before, after}).holds());
  check.y = "measured_ms";
  EXPECT_TRUE(evaluate(check, {before, after}).holds());
  after.uplink_mbps = 0.5;
  EXPECT_FALSE(evaluate(check, {before, after}).holds()) << "now from 206 down to 205 at most";
}

TEST(RowCheck, WantsARiseToEndHigherThanItBegan) {
  EXPECT_TRUE(evaluate(exits(Kind::rises), {row("a", 1, 1), row("a", 2, 2)}).holds());
  const std::vector<ResultRow> flat = {row("a", 1, 2), row("a", 2, 2)};
  EXPECT_FALSE(evaluate(exits(Kind::rises), flat).holds());
  EXPECT_TRUE(evaluate(exits(Kind::never_falls), flat).holds());
}

TEST(RowCheck, ComparesOnlyRowsOfOneCurve) {
  const std::vector<ResultRow> rows = {row("a", 1, 3), row("b", 2, 1), row("a", 2, 2, 50)};
  EXPECT_EQ(evaluate(exits(Kind::never_falls), rows).compared, 0U);
  EXPECT_FALSE(evaluate(exits(Kind::never_falls), rows).holds()) << "it compared nothing";
}

TEST(RowCheck, LooksOnlyWhereItIsToldTo) {
  RowCheck check = exits(Kind::never_falls);
  check.where = {{"method", "a"}, {"deadline_ms", "100"}};
  const std::vector<ResultRow> rows = {row("a", 1, 1), row("a", 2, 2), row("b", 1, 3),
                                       row("b", 2, 1)};
  EXPECT_TRUE(evaluate(check, rows).holds());
  check.where = {{"method", "b"}};
  EXPECT_FALSE(evaluate(check, rows).holds());
}

TEST(RowCheck, AllowsWhatTheIntervalsOfTheHitRatesExplain) {
  RowCheck check = never_below("delivered_accuracy");
  const ResultRow theirs = delivering("theirs", 0.8, 0.9, 1);
  EXPECT_TRUE(evaluate(check, {delivering("ours", 0.75, 0.7, 1), theirs}).holds());
  EXPECT_FALSE(evaluate(check, {delivering("ours", 0.75, 0.5, 0.9), theirs}).holds());
  check.y = "accuracy";
  EXPECT_FALSE(evaluate(check, {delivering("ours", 0.75, 0.7, 1), theirs}).holds());
}

TEST(RowCheck, PassesOverRowsWithoutTheFigure) {
  ResultRow theirs = row("theirs", 1, 1);
  theirs.predicted = TimeParts{50, 50, 0, 0, 0};
  EXPECT_EQ(evaluate(never_below("predicted_ms"), {row("ours", 1, 1), theirs}).compared, 0U)
      << "no plan is no plan of 0 ms";
}

TEST(RowCheck, ComparesPredictionAndMeasurement) {
  RowCheck check;
  check.kind = Kind::predicted_near_measured;
  check.tolerance = 0.1;
  ResultRow one = row("a", 1, 1);
  one.predicted = TimeParts{80, 80, 0, 0, 0};
  EXPECT_EQ(evaluate(check, {one}).compared, 0U) << "not measured";
  one.measured = MeasuredTimes{{100, 100, 0, 0, 0}, 89, 105, 105, 0, 0};
  EXPECT_TRUE(evaluate(check, {one}).holds()) << "a tenth of 100 below 89";
  one.predicted->total = 78;
  EXPECT_FALSE(evaluate(check, {one}).holds());
  one.predicted->total = 114;
  EXPECT_TRUE(evaluate(check, {one}).holds());
  one.predicted->total = 116;
  EXPECT_FALSE(evaluate(check, {one}).holds());
}

TEST(RowCheck, ComparesPredictionAndSimulation) {
  RowCheck check;
  check.kind = Kind::predicted_equals_simulated;
  check.tolerance = 0.01;
  ResultRow made = row("a", 1, 1);
  made.predicted = TimeParts{100, 100, 0, 0, 0};
  made.simulated_ms = 100.5;
  EXPECT_TRUE(evaluate(check, {made}).holds());
  made.simulated_ms = 102;
  EXPECT_FALSE(evaluate(check, {made}).holds());
}

TEST(RowCheck, TellsModelsAndDeadlinesApart) {
  std::vector<ResultRow> rows = {row("a", 1, 3), row("a", 2, 1)};
  rows[1].model = "other";
  EXPECT_EQ(evaluate(exits(Kind::never_falls), rows).compared, 0U);
  RowCheck check = exits(Kind::rises);
  check.x = "deadline_ms";
  EXPECT_TRUE(evaluate(check, {row("a", 1, 1, 50), row("a", 1, 2, 100)}).holds());
}

TEST(RowCheck, ComparesMethodsOnOneModelLinkAndDeadline) {
  RowCheck check = never_below("exit");
  std::vector<ResultRow> others(3, row("theirs", 1, 3));
  others[0].model = "other";
  others[1].link = "other";
  others[2].deadline_ms = 200;
  for (const ResultRow& other : others) {
    EXPECT_EQ(evaluate(check, {row("ours", 1, 2), other}).compared, 0U);
  }
  const std::vector<ResultRow> below = {row("ours", 1, 2), row("theirs", 1, 3)};
  EXPECT_FALSE(evaluate(check, below).holds());
  check.tolerance = 1;
  EXPECT_TRUE(evaluate(check, below).holds());
}

}  // namespace
}  // namespace branchline::lab
