#include "framework/profile/unit_profile.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace branchline::profile {
namespace {

TEST(UnitProfile, TakesPercentilesByNearestRank) {
  std::vector<Duration> samples;
  for (int i = 100; i >= 1; --i) samples.emplace_back(i);
  const TimeStats stats = stats_of(samples);
  EXPECT_EQ(stats.median, Duration(50));
  EXPECT_EQ(stats.p90, Duration(90));
  EXPECT_EQ(stats.p99, Duration(99));
  EXPECT_EQ(stats.runs, 100);
}

TEST(UnitProfile, OneSampleIsEveryPercentile) {
  EXPECT_EQ(stats_of({Duration(7)}), (TimeStats{Duration(7), Duration(7), Duration(7), 1}));
  EXPECT_THROW(stats_of({}), std::logic_error);
}

TEST(UnitProfile, ScalesTimesButNotRuns) {
  EXPECT_EQ(scaled({Duration(10), Duration(20), Duration(30), 4}, 2.5),
            (TimeStats{Duration(25), Duration(50), Duration(75), 4}));
}

}  // namespace
}  // namespace branchline::profile
