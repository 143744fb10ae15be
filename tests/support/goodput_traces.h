#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <random>
#include <vector>

namespace branchline::testing {

/// What no goodput is.
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// Relative noise of goodput samples: what a sample is divided by its link's level.
enum class GoodputNoise { gauss, lognormal, student_t3, outliers };

inline double noise_sample(GoodputNoise kind, double size, std::mt19937& random) {
  std::normal_distribution<double> gauss(0, size);
  switch (kind) {
    case GoodputNoise::gauss:
      return std::max(0.05, 1 + gauss(random));
    case GoodputNoise::lognormal:
      return std::exp(gauss(random));
    case GoodputNoise::student_t3:
      return std::exp(size * std::student_t_distribution<double>(3)(random));
    default:
      return (1 + gauss(random)) * (std::bernoulli_distribution(0.02)(random) ? 1.0 / 3 : 1);
  }
}

inline std::vector<double> constant_trace(GoodputNoise kind, double size, int samples,
                                          std::uint32_t seed, double level = 1e6) {
  std::mt19937 random(seed);
  std::vector<double> trace;
  for (int i = 0; i < samples; ++i) trace.push_back(level * noise_sample(kind, size, random));
  return trace;
}

/// Samples after a step until the detector announces it; 0: not within 50.
template <typename Detector>
int step_delay(int before, double factor, std::uint32_t seed) {
  Detector detector;
  std::mt19937 random(seed);
  for (int i = 0; i < before; ++i) {
    detector.add(1e6 * noise_sample(GoodputNoise::gauss, 0.1, random));
  }
  for (int delay = 1; delay <= 50; ++delay) {
    if (detector.add(factor * 1e6 * noise_sample(GoodputNoise::gauss, 0.1, random))) return delay;
  }
  return 0;
}

/// Share of the steps that are announced within five samples.
template <typename Detector>
double steps_found_in_time(int before, double factor, int seeds) {
  int in_time = 0;
  for (int seed = 0; seed < seeds; ++seed) {
    const int delay = step_delay<Detector>(before, factor, static_cast<std::uint32_t>(seed));
    in_time += delay >= 1 && delay <= 5;
  }
  return static_cast<double>(in_time) / seeds;
}

/// Announcements per 1000 samples on 20 traces of 5000 samples without any change; printed.
template <typename Detector>
double false_alarms(const char* name, GoodputNoise kind, double size) {
  std::int64_t alarms = 0;
  for (std::uint32_t seed = 0; seed < 20; ++seed) {
    Detector detector;
    for (const double sample : constant_trace(kind, size, 5000, seed)) {
      alarms += detector.add(sample);
    }
  }
  const double rate = static_cast<double>(alarms) / 100;
  std::printf("%s: %.2f false alarms per 1000 samples\n", name, rate);
  return rate;
}

/// What every detector does with samples that have no logarithm.
template <typename Detector>
std::vector<double> announcements_of(Detector& detector, const std::vector<double>& samples) {
  std::vector<double> announced;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (detector.add(samples[i])) announced.push_back(static_cast<double>(i));
  }
  return announced;
}

}  // namespace branchline::testing
