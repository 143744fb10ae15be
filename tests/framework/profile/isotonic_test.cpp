#include "framework/profile/isotonic.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace branchline::profile {
namespace {

std::vector<Duration> durations(std::initializer_list<int> values) {
  std::vector<Duration> result;
  for (const int value : values) result.emplace_back(value);
  return result;
}

TEST(Isotonic, KeepsWhatIncreases) {
  EXPECT_EQ(isotonic_increasing(durations({0, 3, 3, 9})), durations({0, 3, 3, 9}));
  EXPECT_TRUE(isotonic_increasing({}).empty());
}

TEST(Isotonic, PoolsADecreaseIntoItsMean) {
  EXPECT_EQ(isotonic_increasing(durations({0, 10, 8, 12})), durations({0, 9, 9, 12}));
}

TEST(Isotonic, PoolsBackwardsAsFarAsNeeded) {
  EXPECT_EQ(isotonic_increasing(durations({1, 6, 9, 0, 20})), durations({1, 5, 5, 5, 20}));
}

TEST(Isotonic, NeverDecreasesAndKeepsTheSum) {
  std::mt19937 random(7);
  for (int trial = 0; trial < 200; ++trial) {
    std::vector<Duration> values;
    double before = 0;
    for (int i = 0; i < 12; ++i) {
      values.emplace_back(static_cast<int>(random() % 1000));
      before += static_cast<double>(values.back().count());
    }
    const std::vector<Duration> result = isotonic_increasing(values);
    ASSERT_EQ(result.size(), values.size());
    EXPECT_TRUE(std::is_sorted(result.begin(), result.end()));
    double after = 0;
    for (const Duration value : result) after += static_cast<double>(value.count());
    EXPECT_NEAR(after, before, 12);  // rounding only
  }
}

}  // namespace
}  // namespace branchline::profile
