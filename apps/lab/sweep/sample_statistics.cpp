#include "apps/lab/sweep/sample_statistics.h"

#include <algorithm>
#include <cmath>

#include "framework/base/error.h"

namespace branchline::lab {
namespace {

constexpr double kNormal95 = 1.959964;

/// How many of n samples may lie below the interval, so that the median lies below it too in at
/// most 2.5 of 100 cases.
std::size_t outside(std::size_t n) {
  double chance = std::pow(0.5, static_cast<double>(n)), sum = 0;
  std::size_t k = 0;
  while (k < n / 2 && sum + chance <= 0.025) {
    sum += chance;
    chance *= static_cast<double>(n - k) / static_cast<double>(k + 1);
    ++k;
  }
  return k == 0 ? 0 : k - 1;
}

}  // namespace

Estimate median_of(std::vector<double> samples) {
  BL_EXPECT(!samples.empty(), "a median needs a sample");
  std::sort(samples.begin(), samples.end());
  const std::size_t n = samples.size(), below = outside(n);
  const double middle = (samples[(n - 1) / 2] + samples[n / 2]) / 2;
  return {middle, samples[below], samples[n - 1 - below]};
}

double percentile_of(std::vector<double> samples, double share) {
  BL_EXPECT(!samples.empty(), "a percentile needs a sample");
  std::sort(samples.begin(), samples.end());
  const double rank = std::ceil(share * static_cast<double>(samples.size()));
  return samples[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
}

Estimate share_of(std::size_t hits, std::size_t of) {
  BL_EXPECT(of > 0, "a share of nothing");
  const double n = static_cast<double>(of), share = static_cast<double>(hits) / n;
  const double z2 = kNormal95 * kNormal95;
  const double centre = (share + z2 / (2 * n)) / (1 + z2 / n);
  const double half =
      kNormal95 / (1 + z2 / n) * std::sqrt(share * (1 - share) / n + z2 / (4 * n * n));
  return {share, hits == 0 ? 0 : centre - half, hits == of ? 1 : centre + half};
}

}  // namespace branchline::lab
