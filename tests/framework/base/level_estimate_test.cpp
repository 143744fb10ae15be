#include "framework/base/level_estimate.h"

#include <gtest/gtest.h>

namespace branchline {
namespace {

using namespace std::chrono_literals;

/// Samples a tenth of a second apart.
class Samples {
 public:
  double add(double sample, Duration after = 100ms) {
    now_ += after;
    level_.add(sample, 1, now_, now_);
    return level_.value();
  }

 private:
  LevelEstimate level_;
  TimePoint now_ = TimePoint{} + 1h;
};

TEST(LevelEstimate, BeginsAtTheFirstSample) {
  LevelEstimate level;
  EXPECT_FALSE(level.any());
  EXPECT_EQ(level.value(), 0);
  level.add(5, 1, TimePoint{}, TimePoint{});
  EXPECT_DOUBLE_EQ(level.value(), 5);
}

TEST(LevelEstimate, HardlyMovesForOneSampleFarOffAndJumpsForTwo) {
  for (const double far : {0.2, 5.0}) {
    Samples samples;
    for (int i = 0; i < 10; ++i) samples.add(1);
    EXPECT_NEAR(samples.add(far), 1, 0.05);
    EXPECT_NEAR(samples.add(1), 1, 0.05) << "an outlier";
    samples.add(far);
    EXPECT_NEAR(samples.add(far), far, 0.05 * far) << "a step";
  }
}

TEST(LevelEstimate, BelievesTheFirstSampleAfterAPause) {
  Samples samples;
  for (int i = 0; i < 10; ++i) samples.add(1);
  EXPECT_DOUBLE_EQ(samples.add(4, 2s), 4);
}

TEST(LevelEstimate, FollowsASlowDrift) {
  Samples samples;
  double truth = 1, level = 1;
  for (int i = 0; i < 40; ++i) level = samples.add(truth *= 1.05);
  EXPECT_NEAR(level / truth, 1, 0.15);
}

}  // namespace
}  // namespace branchline
