#include "framework/planner/adaptation/cusum.h"

#include <algorithm>
#include <cmath>

#include "framework/base/error.h"

namespace branchline::planner {

CusumDetector::CusumDetector(const CusumParameters& parameters)
    : parameters_(parameters),
      silence_(parameters.confirm_samples),
      variance_(parameters.noise * parameters.noise) {
  BL_EXPECT(parameters.slack > 0 && parameters.threshold > 0, "slack or threshold is not positive");
  BL_EXPECT(parameters.noise > 0 && parameters.noise_weight > 0,
            "noise or its weight is not positive");
  BL_EXPECT(parameters.confirm_samples >= 2, "a change needs two samples at least");
}

bool CusumDetector::add(double goodput_bytes_per_s) {
  const SampleMeaning meaning = silence_.add(goodput_bytes_per_s);
  if (meaning == SampleMeaning::died) return samples_ > 0;
  if (meaning != SampleMeaning::measured && meaning != SampleMeaning::revived) return false;
  const double log_goodput = std::log(goodput_bytes_per_s);
  if (samples_ == 0 || meaning == SampleMeaning::revived) {
    start_run(log_goodput, 1);
    return meaning == SampleMeaning::revived;
  }
  return observe(log_goodput);
}

std::optional<double> CusumDetector::level() const {
  if (silence_.dead()) return 0;
  if (samples_ == 0) return std::nullopt;
  return std::exp(mean_);
}

void CusumDetector::start_run(double mean, std::int64_t samples) {
  mean_ = mean;
  samples_ = samples;
  squares_ = 0;
  rise_ = fall_ = Excess{};
}

bool CusumDetector::observe(double log_goodput) {
  const auto count = static_cast<double>(samples_);
  const double weight = parameters_.noise_weight;
  const double variance = (weight * variance_ + squares_) / (weight + count - 1);
  // The mean is itself uncertain, more so in a young run.
  const double deviation = (log_goodput - mean_) / std::sqrt(variance * (1 + 1 / count));
  const double most = parameters_.threshold / (parameters_.confirm_samples - 1);
  rise_.add(std::min(deviation - parameters_.slack, most), log_goodput);
  fall_.add(std::min(-deviation - parameters_.slack, most), log_goodput);
  for (const Excess& excess : {rise_, fall_}) {
    if (excess.sum <= parameters_.threshold) continue;
    variance_ = variance;
    start_run(excess.total / static_cast<double>(excess.samples), excess.samples);
    return true;
  }
  // What is far out is an outlier or the beginning of a change: neither says anything of this run.
  if (std::abs(deviation) - parameters_.slack < most) learn(log_goodput);
  return false;
}

void CusumDetector::Excess::add(double amount, double log_goodput) {
  sum += amount;
  if (sum <= 0) {
    *this = Excess{};
    return;
  }
  ++samples;
  total += log_goodput;
}

void CusumDetector::learn(double log_goodput) {
  ++samples_;
  const double error = log_goodput - mean_;
  mean_ += error / static_cast<double>(samples_);
  squares_ += error * (log_goodput - mean_);
}

}  // namespace branchline::planner
