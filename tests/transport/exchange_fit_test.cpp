#include "transport/exchange_fit.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

namespace branchline::transport {
namespace {

using namespace std::chrono_literals;

constexpr double kRoundTrip = 0.02;
constexpr double kNoise = 0.2e-3;

/// A link that does what the line says; its bucket is full before each frame.
struct BucketLink {
  double bytes_per_s;
  double burst_bytes = 0;
  TimePoint now = TimePoint{} + 1h;

  double seconds_for(double bytes) const {
    return kRoundTrip + std::max(0.0, bytes - burst_bytes) / bytes_per_s;
  }
  void send(ExchangeFit& fit, double bytes, double more_seconds = 0) {
    const double seconds = seconds_for(bytes) + more_seconds;
    const TimePoint begun = now + 400ms;
    now = begun + std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
    fit.add(bytes, seconds, {kRoundTrip, 2e-3}, kNoise, begun, now);
  }
  void send_all(ExchangeFit& fit, const std::vector<double>& sizes) {
    for (const double bytes : sizes) send(fit, bytes);
  }
};

const std::vector<double> kSizes = {4e3, 64e3, 16e3, 100e3, 8e3, 32e3};

double off(double estimate, double truth) { return std::abs(estimate / truth - 1); }

TEST(ExchangeFit, KnowsNothingBeforeTheFirstFrame) {
  const ExchangeFit fit;
  EXPECT_FALSE(fit.any());
  EXPECT_EQ(fit.bytes_per_s(), 0);
}

TEST(ExchangeFit, FramesOfManySizesTellTheFixedPartBetterThanThePrior) {
  ExchangeFit fit;
  TimePoint now = TimePoint{} + 1h;
  for (int round = 0; round < 3; ++round) {
    for (const double bytes : kSizes) {
      const double seconds = 0.08 + bytes / 250e3;  // 60 ms more than the prior
      now += 1s;
      fit.add(bytes, seconds, {kRoundTrip, 0.05}, kNoise, now - 500ms, now);
    }
  }
  EXPECT_LT(off(fit.bytes_per_s(), 250e3), 0.06);
  EXPECT_NEAR(fit.fixed_s(), 0.08, 8e-3);
}

TEST(ExchangeFit, FindsTheRateBehindATokenBucket) {
  for (const double burst : {5e3, 16e3, 32e3}) {
    BucketLink link{250e3, burst};
    ExchangeFit fit;
    for (int round = 0; round < 3; ++round) link.send_all(fit, kSizes);
    EXPECT_LT(off(fit.bytes_per_s(), 250e3), 0.1) << burst;
    EXPECT_LT(off(fit.burst_bytes(), burst), 0.25);
  }
}

TEST(ExchangeFit, FramesThatABucketLetThroughAreNoSamples) {
  BucketLink link{250e3, 32e3};
  ExchangeFit fit;
  for (int round = 0; round < 3; ++round) link.send_all(fit, kSizes);
  for (int i = 0; i < 50; ++i) link.send(fit, 8e3);
  EXPECT_LT(off(fit.bytes_per_s(), 250e3), 0.1);
}

/// Small frames on a link that falls and rises look like those of a bucket: those that passed at
/// once had room in it. More than it holds shows that there is none.
TEST(ExchangeFit, ALinkThatRoseAgainIsNotTakenForABucketForLong) {
  const auto frames = [](ExchangeFit& fit, BucketLink& link, int count, Duration apart) {
    for (int i = 0; i < count; ++i) {
      const double bytes = 3e3 + 700 * (i * 7 % 5), seconds = link.seconds_for(bytes);
      const TimePoint begun = link.now + apart;
      link.now =
          begun + std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
      fit.add(bytes, seconds, {kRoundTrip, 2e-3}, kNoise, begun, link.now);
    }
  };
  for (const Duration apart : {50ms, 400ms, 1200ms}) {
    BucketLink link{2.5e6};
    ExchangeFit fit;
    frames(fit, link, 100, 50ms);
    link.bytes_per_s = 20e3;
    frames(fit, link, 4, apart);
    EXPECT_LT(fit.bytes_per_s(), 100e3);
    link.bytes_per_s = 2.5e6;
    frames(fit, link, 5, apart);
    // Believing in a bucket is as good as believing in the rate, as long as it still holds enough.
    int used = 5;
    while (used < 200 && fit.bytes_per_s() < 1e6) {
      const bool plans_to_send = fit.free_bytes() + 0.05 * fit.bytes_per_s() > 6e3;
      frames(fit, link, 1, plans_to_send ? 50ms : 1200ms);
      ++used;
    }
    EXPECT_LT(used, 120) << apart.count();
  }
}

TEST(ExchangeFit, APlainLinkHasNoBucket) {
  BucketLink link{250e3};
  ExchangeFit fit;
  std::mt19937_64 random(5);
  std::uniform_real_distribution<double> jitter(0, 3e-3);
  for (int round = 0; round < 10; ++round) {
    for (const double bytes : kSizes) link.send(fit, bytes, jitter(random));
  }
  EXPECT_EQ(fit.burst_bytes(), 0);
  EXPECT_LT(off(fit.bytes_per_s(), 250e3), 0.05);
}

TEST(ExchangeFit, ABucketThatIsGoneIsForgotten) {
  BucketLink link{250e3, 16e3};
  ExchangeFit fit;
  for (int round = 0; round < 3; ++round) link.send_all(fit, kSizes);
  ASSERT_GT(fit.burst_bytes(), 0);
  link.burst_bytes = 0;
  for (int round = 0; round < 8; ++round) link.send_all(fit, kSizes);
  EXPECT_EQ(fit.burst_bytes(), 0);
  EXPECT_LT(off(fit.bytes_per_s(), 250e3), 0.05);
}

TEST(ExchangeFit, OneStallIsAnOutlierAndTwoSlowFramesAreAStep) {
  BucketLink link{250e3};
  ExchangeFit fit;
  for (int round = 0; round < 3; ++round) link.send_all(fit, kSizes);
  link.send(fit, 32e3, 0.5);
  EXPECT_LT(off(fit.bytes_per_s(), 250e3), 0.02);
  link.send_all(fit, kSizes);
  EXPECT_LT(off(fit.bytes_per_s(), 250e3), 0.02);
  link.bytes_per_s = 50e3;
  link.send(fit, 64e3);
  EXPECT_LT(off(fit.bytes_per_s(), 250e3), 0.02);
  link.send(fit, 32e3);
  EXPECT_LT(off(fit.bytes_per_s(), 50e3), 0.05);
}

TEST(ExchangeFit, AStepIsFollowedWithinFiveFramesUpAndDown) {
  for (const double factor : {0.1, 0.25, 0.5, 2.0, 4.0, 10.0}) {
    BucketLink link{250e3};
    ExchangeFit fit;
    for (int round = 0; round < 4; ++round) link.send_all(fit, kSizes);
    link.bytes_per_s *= factor;
    for (const double bytes : {16e3, 64e3, 32e3, 16e3, 100e3}) link.send(fit, bytes);
    EXPECT_LT(off(fit.bytes_per_s(), 250e3 * factor), 0.1) << factor;
  }
}

TEST(ExchangeFit, AJitterAsLongAsTheFramesIsAveragedOut) {
  BucketLink link{12.5e6};
  ExchangeFit fit;
  std::mt19937_64 random(3);
  std::normal_distribution<double> jitter(0, 2e-3);
  TimePoint now = TimePoint{} + 1h;
  for (int i = 0; i < 60; ++i) {
    const double bytes = i % 3 == 0 ? 200e3 : 50e3;  // 16 and 4 ms
    now += 200ms;
    fit.add(bytes, link.seconds_for(bytes) + jitter(random), {kRoundTrip, 4e-3}, 2e-3, now - 100ms,
            now);
  }
  EXPECT_LT(off(fit.bytes_per_s(), 12.5e6), 0.15);
}

TEST(ExchangeFit, ASpreadGrowsWhereTheGoodputWanders) {
  BucketLink steady{250e3};
  BucketLink wandering{250e3};
  ExchangeFit calm;
  ExchangeFit restless;
  std::mt19937_64 random(9);
  std::uniform_real_distribution<double> factor(0.8, 1.25);
  for (int i = 0; i < 40; ++i) {
    const double bytes = kSizes[static_cast<std::size_t>(i) % kSizes.size()];
    steady.send(calm, bytes);
    wandering.bytes_per_s = 250e3 * factor(random);
    wandering.send(restless, bytes);
  }
  EXPECT_LT(calm.log_deviation(), 0.05);
  EXPECT_GT(restless.log_deviation(), 0.08);
  EXPECT_LE(restless.log_deviation(), 1);
}

}  // namespace
}  // namespace branchline::transport
