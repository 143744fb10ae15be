#include "framework/runtime/step_time.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>
#include <utility>

namespace branchline::runtime {
namespace {

constexpr double kStepWeight = 0.125;
constexpr double kFarBelow = 0.67;
constexpr double kRatioWeight = 0.25;
constexpr double kLargestRatio = 8;

}  // namespace

void StepTime::add(Duration measured) noexcept {
  const Duration mean(mean_.load(std::memory_order_relaxed));
  const int runs = runs_.load(std::memory_order_relaxed);
  const Duration quick_before = std::exchange(quick_, Duration::zero());
  if (runs > 0 && measured < scaled(mean, kFarBelow)) {
    quick_ = measured;
    if (quick_before > Duration::zero()) return start_over(measured, quick_before);
  }
  if (runs > 0) measured = std::min(measured, 3 * mean);
  // The first runs count in full: a mean of few must not hang on where it started.
  const double weight = std::max(kStepWeight, 1.0 / (runs + 1));
  const Duration difference = measured - mean;
  const Duration deviation(deviation_.load(std::memory_order_relaxed));
  mean_.store((mean + scaled(difference, weight)).count(), std::memory_order_relaxed);
  if (runs > 0) {
    const Duration off = std::chrono::abs(difference);
    deviation_.store((deviation + scaled(off - deviation, weight)).count(),
                     std::memory_order_relaxed);
  }
  runs_.store(std::min(runs + 1, 1 << 20), std::memory_order_release);
}

/// Two in a row that were far quicker: what came before was held up.
void StepTime::start_over(Duration measured, Duration before) noexcept {
  mean_.store((measured + before).count() / 2, std::memory_order_relaxed);
  deviation_.store(std::chrono::abs(measured - before).count(), std::memory_order_relaxed);
  runs_.store(std::max(runs_.load(std::memory_order_relaxed), 2) + 1, std::memory_order_release);
}

Duration StepTime::expected(double ratio) const noexcept {
  if (runs_.load(std::memory_order_acquire) < kRunsToTrust) return scaled(predicted_, ratio);
  return Duration(mean_.load(std::memory_order_relaxed));
}

Duration StepTime::cautious(double ratio) const noexcept {
  const Duration mean = expected(ratio);
  const bool trusted = runs_.load(std::memory_order_acquire) >= kRunsToTrust;
  const Duration spread =
      trusted ? Duration(3 * deviation_.load(std::memory_order_relaxed)) : scaled(mean, 0.25);
  return mean + std::max(spread, scaled(mean, 0.05));
}

StepTimes::StepTimes(const graph::LayerGraph& graph) {
  for (const graph::Unit& unit : graph.units) {
    const bool timed = !unit.time.empty() && unit.time.front().has_value();
    unit_time_.push_back(timed ? *unit.time.front() : Duration::zero());
  }
}

std::shared_ptr<StepTime> StepTimes::of(const UnitRanges& units) {
  const std::string key = to_string(units);
  const std::lock_guard lock(mutex_);
  std::shared_ptr<StepTime>& time = times_[key];
  if (!time) {
    Duration predicted{0};
    for (const std::int32_t unit : to_units(units)) {
      predicted += unit_time_.at(static_cast<std::size_t>(unit));
    }
    time = std::make_shared<StepTime>(predicted);
  }
  return time;
}

void SpeedRatio::add(Duration measured, Duration predicted, TimePoint now) noexcept {
  if (measured <= Duration::zero() || predicted <= Duration::zero()) return;
  const double sample =
      std::clamp(static_cast<double>(measured.count()) / static_cast<double>(predicted.count()),
                 1 / kLargestRatio, kLargestRatio);
  const std::lock_guard lock(mutex_);
  level_.add(sample, kRatioWeight, now, now);
  value_.store(level_.value(), std::memory_order_relaxed);
}

void SpeedRatio::reset() noexcept {
  const std::lock_guard lock(mutex_);
  level_ = {};
  value_.store(1, std::memory_order_relaxed);
}

}  // namespace branchline::runtime
