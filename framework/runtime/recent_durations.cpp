#include "framework/runtime/recent_durations.h"

#include <algorithm>
#include <cmath>

#include "framework/base/error.h"

namespace branchline::runtime {

RecentDurations::RecentDurations(std::size_t capacity) : capacity_(capacity) {
  BL_EXPECT(capacity > 0, "a window needs room for a sample");
  samples_.reserve(capacity);
}

void RecentDurations::add(Duration sample) {
  if (samples_.size() < capacity_) {
    samples_.push_back(sample);
    return;
  }
  samples_[next_] = sample;
  next_ = (next_ + 1) % capacity_;
}

Duration RecentDurations::quantile(double share) const {
  if (samples_.empty()) return Duration::zero();
  const double rank = std::ceil(share * static_cast<double>(samples_.size()));
  const auto index = std::min(samples_.size(), static_cast<std::size_t>(std::max(rank, 1.0))) - 1;
  std::vector<Duration> sorted = samples_;
  const auto nth = sorted.begin() + static_cast<std::ptrdiff_t>(index);
  std::nth_element(sorted.begin(), nth, sorted.end());
  return *nth;
}

Duration RecentDurations::forgiving_p99() const {
  const auto samples = static_cast<double>(std::max<std::size_t>(count(), 1));
  return quantile(std::clamp(1 - 2 / samples, 0.5, 0.99));
}

}  // namespace branchline::runtime
