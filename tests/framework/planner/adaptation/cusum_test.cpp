#include "framework/planner/adaptation/cusum.h"

#include <gtest/gtest.h>

#include "tests/support/goodput_traces.h"

namespace branchline::planner {
namespace {

using branchline::testing::announcements_of;
using branchline::testing::constant_trace;
using branchline::testing::false_alarms;
using branchline::testing::GoodputNoise;
using branchline::testing::kNaN;
using branchline::testing::steps_found_in_time;

TEST(Cusum, FindsAStepOfTwoWithinFiveSamples) {
  for (const double factor : {2.0, 0.5}) {
    EXPECT_GE(steps_found_in_time<CusumDetector>(5, factor, 1000), 0.93);
    EXPECT_GE(steps_found_in_time<CusumDetector>(20, factor, 1000), 0.999);
    EXPECT_GE(steps_found_in_time<CusumDetector>(300, factor, 300), 0.99);
  }
}

TEST(Cusum, IsQuietOnALinkThatDoesNotChange) {
  EXPECT_LT(false_alarms<CusumDetector>("sums, 10 % Gauss", GoodputNoise::gauss, 0.1), 1);
  EXPECT_LT(false_alarms<CusumDetector>("sums, ln 0.1", GoodputNoise::lognormal, 0.1), 1);
  EXPECT_LT(false_alarms<CusumDetector>("sums, t3 0.1", GoodputNoise::student_t3, 0.1), 1);
  EXPECT_LT(false_alarms<CusumDetector>("sums, 2 % at a third", GoodputNoise::outliers, 0.1), 2);
}

TEST(Cusum, DoesNotDependOnTheUnitOfGoodput) {
  for (const double scale : {1.0 / 1024, 0.3, 8.0, 1e9}) {
    CusumDetector one, other;
    std::vector<double> trace = constant_trace(GoodputNoise::lognormal, 0.2, 400, 5);
    for (std::size_t i = 0; i < trace.size(); ++i) trace[i] *= i / 90 % 2 == 0 ? 1 : 3;
    for (const double sample : trace) {
      ASSERT_EQ(one.add(sample), other.add(scale * sample));
      ASSERT_NEAR(*other.level() / (scale * *one.level()), 1, 1e-9);
    }
  }
}

/// The run begins where its evidence does, so its level holds none of the old samples.
TEST(Cusum, KnowsTheLevelOfTheRun) {
  CusumDetector detector;
  EXPECT_EQ(detector.level(), std::nullopt);
  for (int i = 0; i < 50; ++i) EXPECT_FALSE(detector.add(1e6));
  EXPECT_NEAR(*detector.level(), 1e6, 1);
  for (int i = 1; i <= 10; ++i) EXPECT_EQ(detector.add(4e6), i == 3);
  EXPECT_NEAR(*detector.level(), 4e6, 1);
}

TEST(Cusum, AnnouncesNoSingleOutlier) {
  CusumDetector detector;
  std::vector<double> trace = constant_trace(GoodputNoise::gauss, 0.1, 200, 3);
  trace[100] /= 1000;
  EXPECT_TRUE(announcements_of(detector, trace).empty());
}

TEST(Cusum, AnnouncesThatALinkDiesAndLives) {
  CusumDetector detector;
  std::vector<double> trace(20, 1e6);
  trace.insert(trace.end(), {0, 0, 1e6, 1e6, 0, 0, 0});
  EXPECT_EQ(announcements_of(detector, trace), (std::vector<double>{26}));
  EXPECT_EQ(detector.level(), 0);
  EXPECT_EQ(announcements_of(detector, {0, kNaN, -1, 0, 3e5, 3e5, 3e5, 3e5}),
            (std::vector<double>{4}));
  EXPECT_NEAR(*detector.level(), 3e5, 1);
}

TEST(Cusum, NeedsSensibleParameters) {
  for (const auto& break_it : std::initializer_list<void (*)(CusumParameters&)>{
           [](CusumParameters& p) { p.slack = 0; }, [](CusumParameters& p) { p.threshold = kNaN; },
           [](CusumParameters& p) { p.noise = 0; }, [](CusumParameters& p) { p.noise_weight = -1; },
           [](CusumParameters& p) { p.confirm_samples = 1; }}) {
    CusumParameters parameters;
    break_it(parameters);
    EXPECT_THROW(CusumDetector{parameters}, std::logic_error);
  }
}

}  // namespace
}  // namespace branchline::planner
