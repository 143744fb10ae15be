#include "framework/base/level_estimate.h"

#include <algorithm>
#include <cmath>

namespace branchline {
namespace {

/// How far one sample moves the mean at full weight.
constexpr double kGain = 0.4;
/// Logarithms: what lies further off than this and three deviations is a step or an outlier.
constexpr double kLeastFar = 0.3;
/// What is assumed of the spread before there are samples to tell.
constexpr double kFreshVariance = 0.01;
constexpr double kOutlierStep = 0.03;
constexpr Duration kMemory = std::chrono::seconds(1);

}  // namespace

void LevelEstimate::add(double sample, double weight, TimePoint begun, TimePoint now) {
  const double log_sample = std::log(sample);
  const bool old = begun - told_ > kMemory;
  told_ = now;
  if (!any_) {
    any_ = true;
    mean_ = log_sample;
    variance_ = kFreshVariance;
    return;
  }
  const double off = log_sample - mean_;
  const double far = std::max(kLeastFar, 3.0 * std::sqrt(variance_));
  if (std::abs(off) > far) {
    const int side = off > 0 ? 1 : -1;
    if (old || far_ == side) {
      mean_ = old ? log_sample : (far_log_ + log_sample) / 2;
      variance_ = kFreshVariance;
      far_ = 0;
    } else {
      far_ = side;
      far_log_ = log_sample;
      mean_ += std::copysign(kOutlierStep, off);
    }
    return;
  }
  far_ = 0;
  const double gain = kGain * weight;
  mean_ += gain * off;
  variance_ = (1 - gain) * (variance_ + gain * off * off);
}

double LevelEstimate::value() const noexcept { return any_ ? std::exp(mean_) : 0; }

double LevelEstimate::log_deviation() const noexcept { return any_ ? std::sqrt(variance_) : 0; }

}  // namespace branchline
