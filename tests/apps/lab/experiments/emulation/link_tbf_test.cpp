/// The emulator against `tc tbf`: the same frames through both. Frames from 8 bursts on must take
/// the same time, for a bucket lets smaller ones through at once, or much of them. The emulator is
/// set to the goodput measured through the bucket: tbf's rate counts headers, the emulator's does
/// not.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>

#include "apps/lab/experiments/emulation/shaped_path.h"

namespace branchline::lab {
namespace {

constexpr std::size_t kBurstBytes = 5000;
/// Of a frame's time at the measured goodput; a full bucket alone may save an eighth of the
/// smallest frame's.
constexpr double kTolerance = 0.15;
const std::vector<std::size_t> kFrameBytes = {kBurstBytes, 2 * kBurstBytes, 8 * kBurstBytes,
                                              20 * kBurstBytes};

/// One frame to begin with, from which the goodput is measured, then each size three times.
std::vector<std::size_t> frames_to_send(double bytes_per_s) {
  std::vector<std::size_t> frames = {
      std::max<std::size_t>(static_cast<std::size_t>(bytes_per_s), 20 * kBurstBytes)};
  for (const std::size_t size : kFrameBytes) frames.insert(frames.end(), 3, size);
  return frames;
}

/// Of the three runs of the size.
double median_seconds(const std::vector<double>& seconds, std::size_t size) {
  const auto first = seconds.begin() + 1 + static_cast<std::ptrdiff_t>(3 * size);
  std::vector<double> runs(first, first + 3);
  std::sort(runs.begin(), runs.end());
  return runs[1];
}

class LinkAgainstBucket : public ::testing::TestWithParam<double> {};

TEST_P(LinkAgainstBucket, FramesOfEightBurstsTakeTheSameTime) {
  const double configured = GetParam() * 1e6 / 8;
  const auto frames = frames_to_send(configured);
  const FrameSeries series{frames, 1.2 * kBurstBytes / configured, {}};
  const BucketTimes bucket = time_frames_through({configured, kBurstBytes}, series);
  if (!bucket.unavailable.empty()) GTEST_SKIP() << bucket.unavailable;
  ASSERT_EQ(bucket.seconds.size(), frames.size());
  const double goodput = static_cast<double>(frames.front() - kBurstBytes) / bucket.seconds.front();
  const auto emulated = time_frames_emulated(goodput, series);
  std::printf("%g Mbit/s configured, %.3f measured\n", GetParam(), goodput * 8e-6);
  for (std::size_t i = 0; i < kFrameBytes.size(); ++i) {
    const double through_bucket = median_seconds(bucket.seconds, i);
    const double through_link = median_seconds(emulated, i);
    std::printf("  %7zu B  at goodput %8.2f ms  tbf %8.2f ms  emulator %8.2f ms\n", kFrameBytes[i],
                1e3 * static_cast<double>(kFrameBytes[i]) / goodput, 1e3 * through_bucket,
                1e3 * through_link);
    if (kFrameBytes[i] < 8 * kBurstBytes) continue;
    EXPECT_NEAR(through_bucket / through_link, 1, kTolerance) << kFrameBytes[i] << " B";
  }
}

INSTANTIATE_TEST_SUITE_P(Rates, LinkAgainstBucket, ::testing::Values(1, 10, 50),
                         [](const auto& rate) {
                           return std::to_string(static_cast<int>(1000 * rate.param)) + "kbit";
                         });

}  // namespace
}  // namespace branchline::lab
