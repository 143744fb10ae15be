#include "framework/planner/adaptation/change_point.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <numbers>

#include "tests/support/goodput_traces.h"

namespace branchline::planner {
namespace {

using branchline::testing::announcements_of;
using branchline::testing::constant_trace;
using branchline::testing::false_alarms;
using branchline::testing::GoodputNoise;
using branchline::testing::kNaN;
using branchline::testing::steps_found_in_time;

/// T2.6: a step to twice or half the goodput at 10 % noise.
TEST(ChangePoint, FindsAStepOfTwoWithinFiveSamples) {
  for (const double factor : {2.0, 0.5}) {
    EXPECT_GE(steps_found_in_time<ChangePointDetector>(5, factor, 1000), 0.99);
    EXPECT_EQ(steps_found_in_time<ChangePointDetector>(20, factor, 1000), 1);
    EXPECT_EQ(steps_found_in_time<ChangePointDetector>(300, factor, 300), 1);
  }
}

TEST(ChangePoint, IsQuietOnALinkThatDoesNotChange) {
  EXPECT_LT(false_alarms<ChangePointDetector>("Bayes, 10 % Gauss", GoodputNoise::gauss, 0.1), 1);
  EXPECT_LT(false_alarms<ChangePointDetector>("Bayes, ln 0.1", GoodputNoise::lognormal, 0.1), 1);
  // Heavier tails than the model's: more than wished for, but bounded.
  EXPECT_LT(false_alarms<ChangePointDetector>("Bayes, t3 0.1", GoodputNoise::student_t3, 0.1), 5);
  EXPECT_LT(false_alarms<ChangePointDetector>("Bayes, 2 % at a third", GoodputNoise::outliers, 0.1),
            8);
}

/// ln of the evidence of a run: the Normal-Inverse-Gamma integral in closed form.
double log_evidence(const std::vector<double>& x, std::size_t begin, std::size_t end,
                    const ChangePointParameters& p) {
  const auto n = static_cast<double>(end - begin);
  double mean = 0, squares = 0;
  for (std::size_t i = begin; i < end; ++i) mean += x[i] / n;
  for (std::size_t i = begin; i < end; ++i) squares += (x[i] - mean) * (x[i] - mean);
  const double kappa = p.noise * p.noise / (p.level_spread * p.level_spread);
  const double alpha = p.noise_weight / 2, beta = alpha * p.noise * p.noise;
  const double away = mean - x[0];
  const double beta_n = beta + squares / 2 + kappa * n * away * away / (2 * (kappa + n));
  return std::lgamma(alpha + n / 2) - std::lgamma(alpha) + alpha * std::log(beta) -
         (alpha + n / 2) * std::log(beta_n) + (std::log(kappa) - std::log(kappa + n)) / 2 -
         n / 2 * std::log(2 * std::numbers::pi);
}

/// P(run length | all samples) from run to run, with every evidence computed anew: O(n^2) runs.
std::map<std::int64_t, double> reference_posterior(const std::vector<double>& goodputs,
                                                   const ChangePointParameters& p) {
  std::vector<double> x;
  for (const double goodput : goodputs) x.push_back(std::log(goodput));
  const double hazard = 1 / p.expected_run;
  // joint[t]: probability density of the samples before t, with a run that begins at t.
  std::vector<double> joint(x.size() + 1, 0);
  joint[0] = 1;
  const auto run = [&](std::size_t begin, std::size_t end) {
    return joint[begin] * std::exp(log_evidence(x, begin, end, p)) *
           std::pow(1 - hazard, static_cast<double>(end - begin));
  };
  for (std::size_t end = 1; end <= x.size(); ++end) {
    for (std::size_t begin = 0; begin < end; ++begin) {
      joint[end] += run(begin, end) / (1 - hazard) * hazard;
    }
  }
  std::map<std::int64_t, double> posterior;
  double sum = posterior[0] = joint[x.size()];
  for (std::size_t begin = 0; begin < x.size(); ++begin) {
    sum += posterior[static_cast<std::int64_t>(x.size() - begin)] = run(begin, x.size());
  }
  for (auto& [length, probability] : posterior) probability /= sum;
  return posterior;
}

TEST(ChangePoint, HasThePosteriorOfTheReference) {
  ChangePointParameters parameters;
  parameters.prune_mass = 0;
  for (std::uint32_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    parameters.noise_weight = 1 + seed % 13 * 0.7;
    parameters.expected_run = 5 + seed * 3;
    std::vector<double> trace = constant_trace(GoodputNoise::lognormal, 0.2, 40, seed);
    for (std::size_t i = 20 + seed % 10; i < trace.size(); ++i) trace[i] *= 0.3;
    ChangePointDetector detector(parameters);
    std::vector<double> seen;
    for (const double sample : trace) {
      detector.add(sample);
      seen.push_back(sample);
      const auto expected = reference_posterior(seen, parameters);
      const std::vector<RunProbability> posterior = detector.posterior();
      ASSERT_EQ(posterior.size(), expected.size());
      for (const RunProbability& run : posterior) {
        ASSERT_NEAR(run.probability, expected.at(run.run_length), 1e-9) << run.run_length;
      }
    }
  }
}

/// Pruning changes no announcement here, and no probability by much.
TEST(ChangePoint, PrunesWhatDoesNotMatter) {
  ChangePointParameters exact;
  exact.prune_mass = 0;
  exact.most_runs = 1000;
  for (std::uint32_t seed = 0; seed < 30; ++seed) {
    SCOPED_TRACE(seed);
    std::vector<double> trace = constant_trace(GoodputNoise::gauss, 0.1, 600, seed);
    for (std::size_t i = 300; i < trace.size(); ++i) trace[i] *= 2;
    ChangePointDetector pruned, whole(exact);
    for (const double sample : trace) {
      EXPECT_EQ(pruned.add(sample), whole.add(sample));
      EXPECT_LE(pruned.posterior().size(), 200u);
      EXPECT_NEAR(*pruned.level(), *whole.level(), 0.05 * *whole.level());
    }
  }
}

/// A new run is then less probable than what pruning drops, until it has samples.
TEST(ChangePoint, FindsAChangeItHardlyExpects) {
  ChangePointParameters parameters;
  parameters.expected_run = 1e6;
  ChangePointDetector detector(parameters);
  std::vector<double> trace = constant_trace(GoodputNoise::gauss, 0.1, 100, 2);
  for (std::size_t i = 50; i < trace.size(); ++i) trace[i] *= 3;
  EXPECT_EQ(announcements_of(detector, trace), (std::vector<double>{52}));
}

TEST(ChangePoint, KeepsNoMoreRunsThanItMay) {
  ChangePointParameters parameters;
  parameters.prune_mass = 0;
  parameters.most_runs = 7;
  ChangePointDetector detector(parameters);
  for (const double sample : constant_trace(GoodputNoise::lognormal, 0.5, 500, 1)) {
    detector.add(sample);
    ASSERT_LE(detector.posterior().size(), 7u);
  }
}

TEST(ChangePoint, DoesNotDependOnTheUnitOfGoodput) {
  for (const double scale : {1.0 / 1024, 0.3, 8.0, 1e9}) {
    ChangePointDetector one, other;
    std::vector<double> trace = constant_trace(GoodputNoise::lognormal, 0.2, 400, 5);
    for (std::size_t i = 0; i < trace.size(); ++i) trace[i] *= i / 90 % 2 == 0 ? 1 : 3;
    for (const double sample : trace) {
      ASSERT_EQ(one.add(sample), other.add(scale * sample));
      ASSERT_EQ(one.run_length(), other.run_length());
      ASSERT_NEAR(*other.level() / (scale * *one.level()), 1, 1e-9);
    }
  }
}

TEST(ChangePoint, KnowsTheLevelAndLengthOfTheRun) {
  ChangePointDetector detector;
  EXPECT_EQ(detector.level(), std::nullopt);
  EXPECT_EQ(detector.run_length(), 0);
  EXPECT_TRUE(detector.posterior().empty());
  for (int i = 1; i <= 50; ++i) {
    EXPECT_FALSE(detector.add(1e6));
    EXPECT_EQ(detector.run_length(), i);
  }
  EXPECT_NEAR(*detector.level(), 1e6, 1);
  for (int i = 1; i <= 10; ++i) EXPECT_EQ(detector.add(4e6), i == 3);
  EXPECT_EQ(detector.run_length(), 10);
  // The prior's weight pulls a young run a little towards the first sample.
  EXPECT_NEAR(*detector.level(), 4e6, 0.03e6);
}

/// One sample of a tenth is no change; neither is the return from it.
TEST(ChangePoint, AnnouncesNoSingleOutlier) {
  ChangePointDetector detector;
  std::vector<double> trace = constant_trace(GoodputNoise::gauss, 0.1, 200, 3);
  trace[100] /= 10;
  EXPECT_TRUE(announcements_of(detector, trace).empty());
}

TEST(ChangePoint, AnnouncesThatALinkDiesAndLives) {
  ChangePointDetector detector;
  std::vector<double> trace(20, 1e6);
  trace.insert(trace.end(), {0, 0, 1e6, 1e6, 0, 0, 0});
  EXPECT_EQ(announcements_of(detector, trace), (std::vector<double>{26}));
  EXPECT_EQ(detector.level(), 0);
  EXPECT_EQ(detector.run_length(), 0);
  EXPECT_EQ(announcements_of(detector, {0, kNaN, -1, 0, 3e5, 3e5, 3e5, 3e5}),
            (std::vector<double>{4}));
  EXPECT_NEAR(*detector.level(), 3e5, 1);
  EXPECT_EQ(detector.run_length(), 4);
}

TEST(ChangePoint, IgnoresWhatIsNoMeasurement) {
  ChangePointDetector with, without;
  for (const double sample : constant_trace(GoodputNoise::gauss, 0.1, 50, 8)) {
    for (const double absurd : {kNaN, -5.0, std::numeric_limits<double>::infinity(), 0.0}) {
      EXPECT_FALSE(with.add(absurd));
    }
    with.add(sample);
    without.add(sample);
    EXPECT_EQ(with.posterior(), without.posterior());
  }
}

TEST(ChangePoint, StandsExtremeSamples) {
  ChangePointDetector detector;
  for (int i = 0; i < 500; ++i) {
    detector.add(i % 7 == 0 ? 5e-324 : i % 5 == 0 ? 1.7e308 : 1);
    double sum = 0;
    for (const RunProbability& run : detector.posterior()) sum += run.probability;
    ASSERT_NEAR(sum, 1, 1e-9);
    ASSERT_TRUE(std::isfinite(*detector.level()));
  }
}

TEST(ChangePoint, NeedsSensibleParameters) {
  for (const auto& break_it : std::initializer_list<void (*)(ChangePointParameters&)>{
           [](ChangePointParameters& p) { p.expected_run = 1; },
           [](ChangePointParameters& p) { p.noise = 0; },
           [](ChangePointParameters& p) { p.noise = kNaN; },
           [](ChangePointParameters& p) { p.noise_weight = 0; },
           [](ChangePointParameters& p) { p.level_spread = -1; },
           [](ChangePointParameters& p) { p.prune_mass = 0.5; },
           [](ChangePointParameters& p) { p.most_runs = 1; },
           [](ChangePointParameters& p) { p.confirm_samples = 0; },
           [](ChangePointParameters& p) { p.least_change = -0.1; }}) {
    ChangePointParameters parameters;
    break_it(parameters);
    EXPECT_THROW(ChangePointDetector{parameters}, std::logic_error);
  }
}

}  // namespace
}  // namespace branchline::planner
