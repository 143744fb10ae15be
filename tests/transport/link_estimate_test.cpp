#include "transport/link_estimate.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace branchline::transport {
namespace {

using namespace std::chrono_literals;

/// A link that does exactly what the model says, on a clock of its own.
struct IdealLink {
  double up_bytes_per_s;
  double down_bytes_per_s;
  Duration round_trip;
  TimePoint now;

  Duration time_for(std::uint64_t up, std::uint64_t down) const {
    const double seconds =
        static_cast<double>(up) / up_bytes_per_s + static_cast<double>(down) / down_bytes_per_s;
    return round_trip +
           std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
  }

  void exchange(LinkEstimate& estimate, std::uint64_t up, std::uint64_t down,
                Duration remote = 5ms) {
    const Duration total = time_for(up, down) + remote;
    now += total;
    estimate.add_exchange(up, down, total, remote, now);
  }
};

double mbit(double rate) { return rate * 1e6 / 8; }

double error_of(double estimate, double truth) { return std::abs(estimate / truth - 1); }

TEST(LinkEstimate, KnowsNothingAtFirst) {
  LinkEstimate estimate;
  EXPECT_FALSE(estimate.values());
  estimate.add_exchange(100, 100, 10ms, 0ms, TimePoint{} + 1s);
  ASSERT_TRUE(estimate.values());
  EXPECT_EQ(estimate.values()->uplink_bytes_per_s, 0);
  EXPECT_EQ(estimate.values()->measured, TimePoint{} + 1s);
  estimate.reset();
  EXPECT_FALSE(estimate.values());
}

TEST(LinkEstimate, BelievesTheFirstSampleAfterAPauseAndAnOutlierOtherwiseNot) {
  IdealLink link{mbit(1), mbit(4), 10ms, {}};
  LinkEstimate estimate;
  link.exchange(estimate, 200, 200, 0ms);
  for (int i = 0; i < 5; ++i) link.exchange(estimate, 5'000, 200);
  LinkEstimate paused = estimate;
  link.up_bytes_per_s = mbit(8);
  IdealLink later = link;
  link.exchange(estimate, 5'000, 200);
  EXPECT_LT(estimate.values()->uplink_bytes_per_s, mbit(1.2));
  later.now += 2s;
  later.exchange(paused, 5'000, 200);
  EXPECT_LT(error_of(paused.values()->uplink_bytes_per_s, mbit(8)), 0.3);
}

TEST(LinkEstimate, AFrameTooSmallToTellLeavesTheRoundTripAloneWhenTheLinkGotFaster) {
  IdealLink link{mbit(0.2), mbit(0.8), 10ms, {}};
  LinkEstimate estimate;
  link.exchange(estimate, 200, 200, 0ms);
  for (int i = 0; i < 5; ++i) link.exchange(estimate, 5'000, 200);
  const Duration before = estimate.values()->round_trip;
  link.up_bytes_per_s = mbit(20);
  for (int i = 0; i < 5; ++i) link.exchange(estimate, 400, 200, 0ms);  // 16 ms at the old goodput
  EXPECT_EQ(estimate.values()->round_trip, before);
}

TEST(LinkEstimate, FindsGoodputOnLinksFromSlowToFast) {
  for (const double rate : {0.13, 0.5, 2.0, 10.0, 50.0, 100.0}) {
    for (const std::uint64_t bytes : {3'000u, 10'000u, 100'000u, 600'000u}) {
      for (const Duration round_trip : {Duration(2ms), Duration(40ms)}) {
        IdealLink link{mbit(rate), mbit(4 * rate), round_trip, {}};
        LinkEstimate estimate;
        link.exchange(estimate, 200, 200, 0ms);
        for (int i = 0; i < 5; ++i) link.exchange(estimate, bytes, 200);
        const auto values = *estimate.values();
        const double predicted = static_cast<double>(bytes) / values.uplink_bytes_per_s +
                                 std::chrono::duration<double>(values.round_trip).count();
        const double truth = std::chrono::duration<double>(link.time_for(bytes, 200)).count();
        EXPECT_LT(error_of(predicted, truth), 0.1)
            << rate << " Mbit/s, " << bytes << " B, round trip " << round_trip.count();
        const bool bytes_dominate = static_cast<double>(bytes) / mbit(rate) > 0.05;
        if (bytes_dominate) {
          EXPECT_LT(error_of(values.uplink_bytes_per_s, mbit(rate)), 0.1)
              << rate << " Mbit/s, " << bytes << " B, round trip " << round_trip.count();
        }
      }
    }
  }
}

TEST(LinkEstimate, FollowsAStepWithinFiveFrames) {
  for (const auto& [before, after] : {std::pair{8.0, 0.5}, {0.5, 8.0}, {2.0, 1.0}, {1.0, 2.5}}) {
    IdealLink link{mbit(before), mbit(8), 10ms, {}};
    LinkEstimate estimate;
    link.exchange(estimate, 200, 200, 0ms);
    for (int i = 0; i < 20; ++i) link.exchange(estimate, 40'000, 200);
    EXPECT_LT(error_of(estimate.values()->uplink_bytes_per_s, mbit(before)), 0.1);
    link.up_bytes_per_s = mbit(after);
    for (int i = 0; i < 5; ++i) link.exchange(estimate, 40'000, 200);
    EXPECT_LT(error_of(estimate.values()->uplink_bytes_per_s, mbit(after)), 0.1)
        << before << " to " << after;
  }
}

TEST(LinkEstimate, OneOutlierMovesItLittle) {
  for (const double factor : {0.05, 20.0}) {
    IdealLink link{mbit(4), mbit(8), 10ms, {}};
    LinkEstimate estimate;
    link.exchange(estimate, 200, 200, 0ms);
    for (int i = 0; i < 20; ++i) link.exchange(estimate, 40'000, 200);
    link.up_bytes_per_s = mbit(4 * factor);
    link.exchange(estimate, 40'000, 200);
    EXPECT_LT(error_of(estimate.values()->uplink_bytes_per_s, mbit(4)), 0.1) << factor;
    link.up_bytes_per_s = mbit(4);
    for (int i = 0; i < 3; ++i) link.exchange(estimate, 40'000, 200);
    EXPECT_LT(error_of(estimate.values()->uplink_bytes_per_s, mbit(4)), 0.05) << factor;
  }
}

TEST(LinkEstimate, StaysCloseUnderJitter) {
  std::mt19937_64 random(7);
  std::uniform_real_distribution<double> jitter(0, 4e-3);
  LinkEstimate estimate;
  TimePoint now;
  for (int i = 0; i < 200; ++i) {
    const std::uint64_t bytes = i % 10 == 0 ? 200 : 30'000;
    const double seconds = 10e-3 + jitter(random) + static_cast<double>(bytes) / mbit(4);
    const auto total = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
    now += total;
    estimate.add_exchange(bytes, 200, total, 0ms, now);
  }
  EXPECT_LT(error_of(estimate.values()->uplink_bytes_per_s, mbit(4)), 0.1);
  EXPECT_NEAR(std::chrono::duration<double>(estimate.values()->round_trip).count(), 12e-3, 4e-3);
}

TEST(LinkEstimate, SmallFramesTeachTheRoundTripOnly) {
  IdealLink link{mbit(50), mbit(50), 30ms, {}};
  LinkEstimate estimate;
  for (int i = 0; i < 10; ++i) link.exchange(estimate, 64, 64, 0ms);
  EXPECT_EQ(estimate.values()->uplink_bytes_per_s, 0);
  EXPECT_NEAR(static_cast<double>(estimate.values()->round_trip.count()), 30e6, 1e5);
  link.round_trip = 80ms;
  for (int i = 0; i < 8; ++i) link.exchange(estimate, 64, 64, 0ms);
  EXPECT_NEAR(static_cast<double>(estimate.values()->round_trip.count()), 80e6, 3e6);
}

TEST(LinkEstimate, TimeThatPassedOnThePeerDoesNotCount) {
  IdealLink link{mbit(4), mbit(8), 10ms, {}};
  LinkEstimate quick;
  LinkEstimate busy;
  for (int i = 0; i < 5; ++i) link.exchange(quick, 40'000, 200, 0ms);
  for (int i = 0; i < 5; ++i) link.exchange(busy, 40'000, 200, 500ms);
  EXPECT_LT(error_of(quick.values()->uplink_bytes_per_s, busy.values()->uplink_bytes_per_s), 1e-6);
}

TEST(LinkEstimate, MeasuresTheDownlinkFromArrivals) {
  LinkEstimate estimate;
  estimate.add_download(500, 0ns, TimePoint{} + 1s);
  EXPECT_FALSE(estimate.values());
  for (int i = 0; i < 5; ++i) {
    const double seconds = (50'000.0 - 1448) / mbit(8);
    estimate.add_download(
        50'000, std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds)),
        TimePoint{} + 2s);
  }
  EXPECT_LT(error_of(estimate.values()->downlink_bytes_per_s, mbit(8)), 0.01);
}

TEST(LinkEstimate, TimeoutsBringItDownAndNeverUp) {
  IdealLink link{mbit(8), mbit(8), 10ms, {}};
  LinkEstimate estimate;
  for (int i = 0; i < 10; ++i) link.exchange(estimate, 40'000, 200);
  const double before = estimate.values()->uplink_bytes_per_s;
  estimate.add_timeout(1'000'000, 100ms, link.now);
  EXPECT_DOUBLE_EQ(estimate.values()->uplink_bytes_per_s, before);
  for (int i = 0; i < 2; ++i) estimate.add_timeout(40'000, 1010ms, link.now);
  EXPECT_LT(error_of(estimate.values()->uplink_bytes_per_s, 40'000.0), 0.1);
}

TEST(LinkEstimate, ConfidenceFallsWithAgeAndSpread) {
  IdealLink link{mbit(4), mbit(8), 10ms, TimePoint{} + 1h};
  LinkEstimate estimate;
  estimate.add_exchange(100, 100, 10ms, 0ms, link.now);
  EXPECT_EQ(estimate.values()->uplink_confidence(link.now), 0);
  for (const std::uint64_t bytes : {40'000u, 10'000u, 80'000u, 20'000u, 40'000u, 40'000u}) {
    link.exchange(estimate, bytes, 200);
  }
  const auto values = *estimate.values();
  EXPECT_EQ(values.uplink_measured, link.now);
  EXPECT_GT(values.uplink_confidence(link.now), 0.8);
  EXPECT_LT(values.uplink_confidence(link.now + 10s), values.uplink_confidence(link.now + 1s));
  EXPECT_GT(values.uplink_confidence(link.now + 100s), 0);
  EXPECT_EQ(values.downlink_confidence(link.now), 0);  // answers were too short to time
  estimate.add_download(50'000, 50ms, link.now + 1s);
  EXPECT_GT(estimate.values()->downlink_confidence(link.now + 1s), 0.8);
  EXPECT_GT(estimate.values()->downlink_log_deviation, 0);
  EXPECT_EQ(estimate.values()->downlink_measured, link.now + 1s);
  EXPECT_EQ(estimate.values()->uplink_measured, link.now);
}

TEST(LinkEstimate, ABucketsBurstIsDiscounted) {
  LinkEstimate estimate;
  TimePoint now = TimePoint{} + 1h;
  estimate.add_exchange(64, 64, 20ms, 0ms, now);
  for (int i = 0; i < 30; ++i) {
    const std::uint64_t bytes = std::vector<std::uint64_t>{4'000, 60'000, 8'000, 100'000}[i % 4];
    const double paid = std::max(0.0, static_cast<double>(bytes) - 20'000);
    const auto total =
        std::chrono::duration_cast<Duration>(std::chrono::duration<double>(0.02 + paid / mbit(2)));
    now += total + 400ms;
    estimate.add_exchange(bytes, 100, total, 0ms, now);
  }
  EXPECT_LT(error_of(estimate.values()->uplink_bytes_per_s, mbit(2)), 0.1);
  EXPECT_LT(error_of(estimate.values()->uplink_burst_bytes, 20'000), 0.25);
}

/// Behind a bucket the link got fast. Frames that pass at once fit the bucket at first; but none
/// lets more through for good than it is refilled with.
TEST(LinkEstimate, ABucketThatNeverRunsDryIsNone) {
  LinkEstimate estimate;
  TimePoint now = TimePoint{} + 1h;
  const auto exchange = [&](std::uint64_t bytes, double paid, double bytes_per_s, Duration pause) {
    const std::chrono::duration<double> transfer(std::max(0.0, paid) / bytes_per_s);
    const Duration total = 7ms + std::chrono::duration_cast<Duration>(transfer);
    now += pause + total;
    estimate.add_exchange(bytes, 100, total, 0ms, now);
  };
  exchange(64, 0, mbit(20), 0ms);
  for (int i = 0; i < 20; ++i) {
    const std::uint64_t bytes = std::vector<std::uint64_t>{4'000, 30'000, 8'000, 50'000}[i % 4];
    exchange(bytes, static_cast<double>(bytes) - 12'000, mbit(0.5), 400ms);
  }
  ASSERT_LT(error_of(estimate.values()->uplink_bytes_per_s, mbit(0.5)), 0.1);
  ASSERT_LT(error_of(estimate.values()->uplink_burst_bytes, 12'000), 0.25);
  for (int i = 0; i < 40; ++i) exchange(5'300, 5'300, mbit(20), 45ms);
  EXPECT_GT(estimate.values()->uplink_bytes_per_s, mbit(2));
}

TEST(LinkEstimate, SurvivesAbsurdInput) {
  LinkEstimate estimate;
  estimate.add_exchange(0, 0, 0ns, 0ns, {});
  estimate.add_exchange(1'000'000, 0, 0ns, 1s, {});
  estimate.add_exchange(1'000'000, 1'000'000, -1s, -1s, {});
  estimate.add_timeout(0, 0ns, {});
  estimate.add_download(1'000'000, -1s, {});
  const auto values = *estimate.values();
  EXPECT_TRUE(std::isfinite(values.uplink_bytes_per_s));
  EXPECT_GE(values.round_trip, 0ns);
}

}  // namespace
}  // namespace branchline::transport
