#include "framework/planner/adaptation/change_point.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <string>

#include "framework/base/error.h"

namespace branchline::planner {
namespace {

void check_parameters(const ChangePointParameters& parameters) {
  const auto expect_within = [](double value, double least, double most, const char* name) {
    BL_EXPECT(value >= least && value <= most, std::string(name) + " is " + std::to_string(value));
  };
  expect_within(parameters.expected_run, 1.001, 1e12, "expected_run");
  expect_within(parameters.noise, 1e-6, 1e3, "noise");
  expect_within(parameters.noise_weight, 1, 1000, "noise_weight");
  expect_within(parameters.level_spread, 1e-6, 1e3, "level_spread");
  expect_within(parameters.prune_mass, 0, 0.1, "prune_mass");
  expect_within(parameters.most_runs, 2, 1e6, "most_runs");
  expect_within(parameters.confirm_samples, 1, 1e6, "confirm_samples");
  expect_within(parameters.least_change, 0, 1e3, "least_change");
}

double square(double value) { return value * value; }

}  // namespace

ChangePointDetector::ChangePointDetector(const ChangePointParameters& parameters)
    : parameters_(parameters), silence_(parameters.confirm_samples) {
  check_parameters(parameters);
  newborn_.kappa = square(parameters.noise / parameters.level_spread);
  newborn_.alpha = parameters.noise_weight / 2;
  newborn_.beta = newborn_.alpha * square(parameters.noise);
  // lgamma() writes a global variable; this ratio is fine for the few alphas allowed.
  double alpha = newborn_.alpha, ratio = 1;
  for (; alpha > 2; alpha -= 1) ratio *= (alpha - 0.5) / (alpha - 1);
  newborn_.gamma_ratio = ratio * std::tgamma(alpha + 0.5) / std::tgamma(alpha);
  newborn_.log_weight = -std::log(parameters.expected_run);
  runs_.reserve(static_cast<std::size_t>(parameters.most_runs) + 1);
}

bool ChangePointDetector::add(double goodput_bytes_per_s) {
  const SampleMeaning meaning = silence_.add(goodput_bytes_per_s);
  if (meaning == SampleMeaning::died) return !runs_.empty();
  if (meaning != SampleMeaning::measured && meaning != SampleMeaning::revived) return false;
  const double log_goodput = std::log(goodput_bytes_per_s);
  if (runs_.empty() || meaning == SampleMeaning::revived) restart(log_goodput);
  observe(log_goodput);
  prune();
  if (meaning == SampleMeaning::revived) return true;
  return announce();
}

/// Rates have no natural centre: the first sample is the centre of everything after it.
void ChangePointDetector::restart(double log_goodput) {
  newborn_.mean = log_goodput;
  runs_.assign(1, newborn_);
  runs_[0].log_weight = 0;
  believed_length_ = 0;
}

/// Every run explains the sample as well as it can; each grows, or ends with probability 1 / run.
void ChangePointDetector::observe(double log_goodput) {
  double heaviest = -std::numeric_limits<double>::infinity();
  for (Run& run : runs_) {
    learn(run, log_goodput);
    heaviest = std::max(heaviest, run.log_weight);
  }
  double sum = 0;
  for (const Run& run : runs_) sum += std::exp(run.log_weight - heaviest);
  const double grown = std::log1p(-1 / parameters_.expected_run) - heaviest - std::log(sum);
  for (Run& run : runs_) run.log_weight += grown;
  runs_.push_back(newborn_);
}

/// Weighs the run by its Student-t prediction of the sample, then lets it learn.
void ChangePointDetector::learn(Run& run, double log_goodput) {
  const double squared_error = square(log_goodput - run.mean);
  // 2 alpha times the squared scale of the prediction.
  const double scale = 2 * run.beta * (run.kappa + 1) / run.kappa;
  run.log_weight += std::log(run.gamma_ratio / std::sqrt(std::numbers::pi * scale)) -
                    (run.alpha + 0.5) * std::log1p(squared_error / scale);
  run.beta += run.kappa * squared_error / (2 * (run.kappa + 1));
  run.mean += (log_goodput - run.mean) / (run.kappa + 1);
  run.kappa += 1;
  // gamma(a + 1) / gamma(a + 1/2) = a / (gamma(a + 1/2) / gamma(a)).
  run.gamma_ratio = run.alpha / run.gamma_ratio;
  run.alpha += 0.5;
  ++run.length;
}

void ChangePointDetector::prune() {
  // The youngest runs stay: nothing speaks for them yet.
  const double least = std::log(parameters_.prune_mass);
  std::erase_if(runs_, [&](const Run& run) {
    return run.log_weight < least && run.length >= parameters_.confirm_samples;
  });
  if (runs_.size() <= static_cast<std::size_t>(parameters_.most_runs)) return;
  runs_.erase(std::min_element(runs_.begin(), runs_.end() - 1, [](const Run& a, const Run& b) {
    return a.log_weight < b.log_weight;
  }));
}

bool ChangePointDetector::announce() {
  ++believed_length_;
  const Run& run = most_probable();
  const bool is_believed = 2 * run.length >= believed_length_;
  const bool is_change = !is_believed && run.length >= parameters_.confirm_samples &&
                         std::abs(run.mean - believed_mean_) >= parameters_.least_change;
  if (is_change) believed_length_ = run.length;
  if (is_change || is_believed) believed_mean_ = run.mean;
  return is_change;
}

const ChangePointDetector::Run& ChangePointDetector::most_probable() const {
  return *std::max_element(runs_.begin(), runs_.end(),
                           [](const Run& a, const Run& b) { return a.log_weight < b.log_weight; });
}

std::optional<double> ChangePointDetector::level() const {
  if (silence_.dead()) return 0;
  if (runs_.empty()) return std::nullopt;
  return std::exp(most_probable().mean);
}

std::int64_t ChangePointDetector::run_length() const {
  return runs_.empty() || silence_.dead() ? 0 : most_probable().length;
}

std::vector<RunProbability> ChangePointDetector::posterior() const {
  double sum = 0;
  for (const Run& run : runs_) sum += std::exp(run.log_weight);
  std::vector<RunProbability> result;
  for (const Run& run : runs_) result.push_back({run.length, std::exp(run.log_weight) / sum});
  return result;
}

}  // namespace branchline::planner
