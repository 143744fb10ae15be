#include "apps/lab/report/method_ratios.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace branchline::lab {
namespace {

CsvTable results(const std::string& rows) {
  return CsvTable::parse(
      "model,method,link,deadline_ms,hit_rate,delivered_accuracy,measured_ms\n" + rows,
      "results.csv");
}

const MethodRatio& of(const std::vector<MethodRatio>& ratios, const std::string& method) {
  for (const MethodRatio& ratio : ratios) {
    if (ratio.method == method) return ratio;
  }
  throw std::runtime_error("no " + method);
}

TEST(MethodRatios, ComparesOverTheRowsThatBothHave) {
  const auto ratios =
      method_ratios(results("m,edgent,1mbit,100,1,0.4,40\nm,edgent,2mbit,100,0.5,0.2,160\n"
                            "m,edgent,9mbit,100,0,0,9000\n"
                            "m,branchline,1mbit,100,1,0.8,20\nm,branchline,2mbit,100,1,0.4,20\n"));
  const MethodRatio& edgent = of(ratios, "edgent");
  EXPECT_EQ(edgent.rows, 2u) << "nothing is known of branchline on 9mbit";
  EXPECT_DOUBLE_EQ(edgent.hit_rate, 0.75);
  EXPECT_DOUBLE_EQ(*edgent.accuracy, 0.3);
  EXPECT_DOUBLE_EQ(*edgent.accuracy_ratio, 0.5);
  EXPECT_DOUBLE_EQ(*edgent.time_ratio, 4) << "the geometric mean of 2 and 8";
  EXPECT_DOUBLE_EQ(*of(ratios, "branchline").accuracy_ratio, 1);
}

TEST(MethodRatios, ADeadlineIsItsOwnRow) {
  const auto ratios =
      method_ratios(results("m,edgent,1mbit,100,1,0.4,40\nm,branchline,1mbit,200,1,0.8,20\n"));
  EXPECT_EQ(ratios.size(), 1u) << "edgent shares no row with branchline";
}

TEST(MethodRatios, NetworksAreApart) {
  const auto ratios =
      method_ratios(results("m,branchline,1mbit,100,1,0.8,20\nm,edgent,1mbit,100,1,0.4,20\n"
                            "n,branchline,1mbit,100,1,0.5,20\nn,edgent,1mbit,100,1,0.5,20\n"));
  ASSERT_EQ(ratios.size(), 4u);
  EXPECT_EQ(ratios[1].model, "m");
  EXPECT_DOUBLE_EQ(*ratios[1].accuracy_ratio, 0.5);
  EXPECT_EQ(ratios[3].model, "n");
  EXPECT_DOUBLE_EQ(*ratios[3].accuracy_ratio, 1);
}

TEST(MethodRatios, WhatWasNotMeasuredHasNoRatio) {
  const auto ratios = method_ratios(results("m,exact2,1mbit,100,1,,50\nm,dads,1mbit,100,0,,\n"));
  EXPECT_EQ(reference_method(results("m,exact2,1mbit,100,1,,50\nm,dads,1mbit,100,0,,\n")), "exact2")
      << "without branchline the first";
  const MethodRatio& dads = of(ratios, "dads");
  EXPECT_EQ(dads.accuracy, std::nullopt);
  EXPECT_EQ(dads.accuracy_ratio, std::nullopt);
  EXPECT_EQ(dads.time_ratio, std::nullopt);
  EXPECT_EQ(dads.timed, 0u);
  EXPECT_EQ(dads.rows, 1u);
}

TEST(MethodRatios, NothingIsARatioToZeroAccuracy) {
  const auto ratios =
      method_ratios(results("m,edgent,1mbit,100,1,0.4,40\nm,branchline,1mbit,100,0,0,20\n"));
  EXPECT_EQ(of(ratios, "edgent").accuracy_ratio, std::nullopt);
}

}  // namespace
}  // namespace branchline::lab
