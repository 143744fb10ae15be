#include "framework/profile/time_regression.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace branchline::profile {
namespace {

graph::LayerFeatures features(std::int64_t input, std::int64_t output, double filter_term) {
  graph::LayerFeatures f;
  f.input_bytes = input;
  f.output_bytes = output;
  f.filter_term = filter_term;
  return f;
}

std::vector<LayerSample> conv_samples() {
  std::vector<LayerSample> samples;
  for (int i = 1; i <= 6; ++i) {
    const auto f = features(1000 * i, 77, 50.0 * (i % 3));
    samples.push_back(
        {"conv", f, Duration(500 + 3 * f.input_bytes + static_cast<int>(20 * f.filter_term))});
  }
  return samples;
}

TEST(TimeRegression, FindsTheLineThatMadeTheSamples) {
  const TimeRegression regression = TimeRegression::fit(conv_samples());
  const LayerFit& fit = regression.fits().at("conv");
  EXPECT_EQ(fit.variables, (std::vector<std::string>{"input_bytes", "filter_term"}));
  EXPECT_NEAR(fit.coefficients[0], 3, 1e-3);
  EXPECT_NEAR(fit.coefficients[1], 20, 1e-2);
  EXPECT_NEAR(fit.intercept, 500, 1);
  EXPECT_NEAR(fit.mean_error, 0, 1e-3);
  EXPECT_NEAR(static_cast<double>(regression.predict("conv", features(10'000, 1, 7)).count()),
              500 + 30'000 + 140, 2);
}

TEST(TimeRegression, NeverPredictsNegativeTimes) {
  // Edgent's published fit of fully connected layers says -1.08 ms for 4096 to 4096 values.
  std::vector<LayerSample> samples;
  for (int i = 0; i < 5; ++i) {
    samples.push_back({"linear", features(1000 * i, 5000 - 1000 * i, 0), Duration(100 * i)});
  }
  const TimeRegression regression = TimeRegression::fit(samples);
  for (int bytes = 0; bytes < 100'000; bytes += 1000) {
    EXPECT_GE(regression.predict("linear", features(bytes, 100'000 - bytes, 0)), Duration(0));
  }
}

TEST(TimeRegression, PredictsATypeItNeverSawFromAllLayers) {
  const TimeRegression regression = TimeRegression::fit(conv_samples());
  EXPECT_GT(regression.predict("opaque", features(3000, 77, 0)), Duration(0));
  EXPECT_EQ(regression.any().samples, 6);
}

TEST(TimeRegression, TellsHowFarItIsOff) {
  // Two equal layers, twice as slow the second time: no line fits both.
  const std::vector<LayerSample> samples = {{"pool", features(10, 10, 0), Duration(100'000)},
                                            {"pool", features(10, 10, 0), Duration(200'000)}};
  // The least relative error is at 120: off by 20 % and by 40 %.
  EXPECT_NEAR(TimeRegression::fit(samples).fits().at("pool").mean_error, 0.3, 1e-6);
}

TEST(TimeRegression, NeedsSamples) { EXPECT_THROW(TimeRegression::fit({}), std::logic_error); }

}  // namespace
}  // namespace branchline::profile
