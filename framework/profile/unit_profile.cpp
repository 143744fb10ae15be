#include "framework/profile/unit_profile.h"

#include <algorithm>
#include <cmath>

#include "framework/base/error.h"

namespace branchline::profile {
namespace {

/// Nearest rank: a value that was really measured.
Duration percentile_of_sorted(const std::vector<Duration>& sorted, double share) {
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
  return sorted[std::clamp<std::size_t>(rank, 1, sorted.size()) - 1];
}

}  // namespace

TimeStats stats_of(std::vector<Duration> samples) {
  BL_EXPECT(!samples.empty(), "no samples to take statistics of");
  std::sort(samples.begin(), samples.end());
  return {percentile_of_sorted(samples, 0.5), percentile_of_sorted(samples, 0.9),
          percentile_of_sorted(samples, 0.99), static_cast<std::int32_t>(samples.size())};
}

TimeStats scaled(const TimeStats& stats, double factor) {
  const auto times = [factor](Duration time) {
    return Duration(std::llround(static_cast<double>(time.count()) * factor));
  };
  return {times(stats.median), times(stats.p90), times(stats.p99), stats.runs};
}

}  // namespace branchline::profile
