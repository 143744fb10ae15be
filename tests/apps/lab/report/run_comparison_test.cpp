#include "apps/lab/report/run_comparison.h"

#include <gmock/gmock.h>

#include "tests/apps/lab/report/failure_of.h"

namespace branchline::lab {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

CsvTable run(const std::string& rows) {
  return CsvTable::parse(
      "model,method,link,delay_ms,deadline_ms,measured_ms,measured_low_ms,measured_high_ms,"
      "hit_rate,hit_low,hit_high,accuracy\n" +
          rows,
      "results.csv");
}

TEST(CompareRuns, MarksWhatDiffersBeyondBothIntervals) {
  const RunComparison comparison =
      compare_runs(run("m,edgent,1mbit,5,100,50,48,52,1,0.9,1,0.8\n"
                       "m,edgent,2mbit,5,100,50,48,52,0.5,0.4,0.6,0.8\n"),
                   run("m,edgent,2mbit,5,100,40,38,48,1,0.9,1,0.8\n"
                       "m,edgent,1mbit,5,100.0,40,38,47,0.95,0.8,1,0.7\n"
                       "m,edgent,1mbit,5,200,40,38,47,0.95,0.8,1,0.7\n"));
  ASSERT_EQ(comparison.rows.size(), 1u) << "100 and 100.0 are different texts: a row of each run";
  EXPECT_THAT(comparison.rows[0].differs, ElementsAre("hit_rate")) << "48 is in both intervals";
  EXPECT_EQ(comparison.rows[0].measured, 1.25);
  EXPECT_EQ(comparison.rows[0].hit_rate, 0.5);
  EXPECT_EQ(comparison.only_here, 1u);
  EXPECT_EQ(comparison.only_there, 2u);
}

TEST(CompareRuns, AnotherExitIsAnotherAccuracy) {
  const RunComparison comparison = compare_runs(run("m,e,1mbit,5,100,50,48,52,1,0.9,1,0.8\n"),
                                                run("m,e,1mbit,5,100,40,38,47,1,0.9,1,0.4\n"));
  EXPECT_THAT(comparison.rows.at(0).differs, ElementsAre("measured_ms", "accuracy"));
  EXPECT_EQ(comparison.rows[0].accuracy, 2);
}

TEST(CompareRuns, WhatWasNotMeasuredHasNoRatio) {
  const RunComparison comparison =
      compare_runs(run("m,e,1mbit,5,100,,,,0,0,0,0\n"), run("m,e,1mbit,5,100,,,,0,0,0,0\n"));
  EXPECT_EQ(comparison.rows.at(0).measured, std::nullopt);
  EXPECT_EQ(comparison.rows[0].hit_rate, std::nullopt) << "0 over 0";
  EXPECT_THAT(comparison.rows[0].differs, IsEmpty());
}

TEST(CompareRuns, NamesAMissingColumn) {
  EXPECT_THAT(branchline::testing::failure_of(
                  [] { compare_runs(CsvTable::parse("model\nm\n", "old.csv"), run("")); }),
              HasSubstr("old.csv: has no column 'method'"));
}

}  // namespace
}  // namespace branchline::lab
