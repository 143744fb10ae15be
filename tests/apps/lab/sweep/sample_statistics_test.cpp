#include "apps/lab/sweep/sample_statistics.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace branchline::lab {
namespace {

std::vector<double> up_to(int n) {
  std::vector<double> samples;
  for (int i = n; i >= 1; --i) samples.push_back(i);
  return samples;
}

TEST(MedianOf, LiesBetweenTheOrderStatisticsOfTheBinomial) {
  const Estimate eleven = median_of(up_to(11));  // P(at most one of 11 below) = 12/2048
  EXPECT_EQ(eleven.value, 6);
  EXPECT_EQ(eleven.low, 2);
  EXPECT_EQ(eleven.high, 10);
  const Estimate hundred = median_of(up_to(100));  // tables: the 40th to the 61st
  EXPECT_EQ(hundred.value, 50.5);
  EXPECT_EQ(hundred.low, 40);
  EXPECT_EQ(hundred.high, 61);
}

TEST(MedianOf, SaysNoMoreThanFewSamplesCan) {
  const Estimate three = median_of({3, 1, 2});
  EXPECT_EQ(three.low, 1);
  EXPECT_EQ(three.high, 3);
  EXPECT_EQ(median_of({4}).high, 4);
  EXPECT_THROW(median_of({}), std::logic_error);
}

TEST(PercentileOf, IsASample) {
  EXPECT_EQ(percentile_of(up_to(10), 0.9), 9);
  EXPECT_EQ(percentile_of(up_to(7), 0.9), 7);
  EXPECT_EQ(percentile_of({5}, 0.9), 5);
}

TEST(ShareOf, HasWilsonsInterval) {
  const Estimate most = share_of(8, 10);
  EXPECT_EQ(most.value, 0.8);
  EXPECT_NEAR(most.low, 0.490, 0.001);
  EXPECT_NEAR(most.high, 0.943, 0.001);
  EXPECT_EQ(share_of(10, 10).high, 1);
  EXPECT_NEAR(share_of(10, 10).low, 0.722, 0.001);
  EXPECT_EQ(share_of(0, 10).low, 0);
}

}  // namespace
}  // namespace branchline::lab
