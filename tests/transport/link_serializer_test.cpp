#include "transport/link_serializer.h"

#include <gtest/gtest.h>

#include <random>

#include "framework/base/error.h"

namespace branchline::transport {
namespace {

using namespace std::chrono_literals;

const TimePoint kStart = TimePoint{} + 100s;

RateSchedule steady(double bytes_per_s) { return RateSchedule(steady_rate(bytes_per_s), kStart); }

LinkSerializer plain(double bytes_per_s, Duration delay = 0ns) {
  return LinkSerializer(steady(bytes_per_s), delay, 0ns, 1);
}

TEST(RateSchedule, IntegratesSteps) {
  const RateSchedule schedule({{{0s, 1000}, {1s, 0}, {3s, 500}}, 0s}, kStart);
  EXPECT_EQ(schedule.through_at(500, kStart), kStart + 500ms);
  EXPECT_EQ(schedule.through_at(1000, kStart), kStart + 1s);
  EXPECT_EQ(schedule.through_at(1250, kStart), kStart + 3500ms);
  EXPECT_EQ(schedule.through_at(1, kStart + 2s), kStart + 3002ms);
  EXPECT_DOUBLE_EQ(schedule.bytes_between(kStart, kStart + 4s), 1500);
  EXPECT_DOUBLE_EQ(schedule.rate_at(kStart + 2s), 0);
}

TEST(RateSchedule, NeverEndsWhenTheLastRateIsZero) {
  const RateSchedule schedule({{{0s, 1000}, {1s, 0}}, 0s}, kStart);
  EXPECT_FALSE(schedule.through_at(1001, kStart));
  const RateSchedule nothing({{{0s, 0}, {1s, 0}}, 2s}, kStart);
  EXPECT_FALSE(nothing.through_at(1, kStart));
}

TEST(RateSchedule, Repeats) {
  const RateSchedule schedule({{{0s, 100}, {1s, 300}}, 2s}, kStart);  // 400 bytes in 2 s
  EXPECT_EQ(schedule.through_at(400, kStart), kStart + 2s);
  EXPECT_EQ(schedule.through_at(4000 + 100, kStart), kStart + 21s);
  EXPECT_DOUBLE_EQ(schedule.bytes_between(kStart + 1s, kStart + 12s), 5 * 400 + 300);
  EXPECT_DOUBLE_EQ(schedule.rate_at(kStart + 7s), 300);
}

TEST(RateSchedule, RefusesStepsOutOfOrder) {
  EXPECT_THROW(RateSchedule({}, kStart), std::logic_error);
  EXPECT_THROW(RateSchedule({{{1s, 1}}, 0s}, kStart), std::logic_error);
  EXPECT_THROW(RateSchedule({{{0s, 1}, {0s, 2}}, 0s}, kStart), std::logic_error);
  EXPECT_THROW(RateSchedule({{{0s, 1}, {1s, 2}}, 1s}, kStart), std::logic_error);
}

TEST(LinkSerializer, EachChunkTakesItsTimeThenTheDelay) {
  auto line = plain(1000, 10ms);
  line.offer(100, kStart);
  line.offer(50, kStart);
  EXPECT_EQ(line.next_event(), kStart + 100ms);
  EXPECT_EQ(line.take_arrived(kStart + 109ms), 0u);
  EXPECT_EQ(line.take_arrived(kStart + 110ms), 1u);
  EXPECT_EQ(line.take_arrived(kStart + 159ms), 0u);
  EXPECT_EQ(line.take_arrived(kStart + 160ms), 1u);
  EXPECT_FALSE(line.next_event());
}

TEST(LinkSerializer, IdleTimeBuysNoBurst) {
  auto line = plain(1000);
  line.offer(100, kStart);
  EXPECT_EQ(line.take_arrived(kStart + 1s), 1u);
  line.offer(100, kStart + 10s);
  line.offer(100, kStart + 10s);
  EXPECT_EQ(line.take_arrived(kStart + 10s + 99ms), 0u);
  EXPECT_EQ(line.take_arrived(kStart + 10s + 199ms), 1u);
  EXPECT_EQ(line.take_arrived(kStart + 10s + 200ms), 1u);
}

TEST(LinkSerializer, ALateLookFindsTheSameMoments) {
  auto line = plain(1000, 10ms);
  for (int i = 0; i < 5; ++i) line.offer(100, kStart);
  EXPECT_EQ(line.take_arrived(kStart + 310ms), 3u);
  line.offer(100, kStart + 310ms);  // the wire was never idle: 600 ms for six chunks
  EXPECT_EQ(line.take_arrived(kStart + 609ms), 2u);
  EXPECT_EQ(line.take_arrived(kStart + 610ms), 1u);
}

TEST(LinkSerializer, NeverPassesMoreThanTheRateInAnyWindow) {
  std::mt19937 random(3);
  auto line = plain(10'000);
  TimePoint now = kStart;
  std::deque<std::uint64_t> offered;
  std::vector<std::pair<TimePoint, std::uint64_t>> arrived;
  for (int i = 0; i < 3000; ++i) {
    now += std::chrono::milliseconds(random() % 300);
    if (random() % 3 > 0) {
      const std::uint64_t bytes = 1 + random() % 1500;
      line.offer(bytes, now);
      offered.push_back(bytes);
    }
    for (std::size_t n = line.take_arrived(now); n > 0; --n) {
      arrived.emplace_back(now, offered.front());
      offered.pop_front();
    }
  }
  ASSERT_GT(arrived.size(), 500u);
  for (std::size_t first = 0; first < arrived.size(); first += 7) {
    std::uint64_t bytes = 0;
    for (std::size_t last = first + 1; last < std::min(first + 60, arrived.size()); ++last) {
      bytes += arrived[last].second;
      const double seconds =
          std::chrono::duration<double>(arrived[last].first - arrived[first].first).count();
      // Moments are seen up to 300 ms late, and the first chunk may have been half through.
      EXPECT_LE(static_cast<double>(bytes), 10'000 * (seconds + 0.3) + 1500);
    }
  }
}

TEST(LinkSerializer, JitterKeepsTheOrder) {
  LinkSerializer line(steady(1e6), 10ms, 20ms, 5);
  for (int i = 0; i < 100; ++i) line.offer(1000, kStart);
  std::size_t arrived = 0;
  TimePoint now = kStart;
  while (const auto next = line.next_event()) {
    EXPECT_GE(*next, now);
    now = *next;
    arrived += line.take_arrived(now);
  }
  EXPECT_EQ(arrived, 100u);
  EXPECT_GE(now, kStart + 110ms);
  EXPECT_LE(now, kStart + 130ms);
}

TEST(LinkSerializer, StallsAndGoesOnWithTheSchedule) {
  LinkSerializer line(RateSchedule({{{0s, 1000}, {1s, 0}, {5s, 1000}}, 0s}, kStart), 0ns, 0ns, 1);
  line.offer(1500, kStart);
  EXPECT_EQ(line.take_arrived(kStart + 5s), 0u);
  EXPECT_EQ(line.take_arrived(kStart + 5500ms), 1u);
}

TEST(LinkSerializer, AChangeKeepsWhatIsAlreadyThrough) {
  auto line = plain(1000);
  line.offer(1000, kStart);
  line.change_rate(RateSchedule(steady_rate(100), kStart + 500ms), kStart + 500ms);
  EXPECT_EQ(line.next_event(), kStart + 5500ms);
}

TEST(LinkSerializer, ANewDelayHoldsForWhatLeavesAfterIt) {
  auto line = plain(1000, 100ms);
  line.offer(100, kStart);
  line.offer(100, kStart);
  line.change_delay(500ms, 0ns, kStart + 150ms);
  EXPECT_EQ(line.take_arrived(kStart + 200ms), 1u);
  EXPECT_EQ(line.next_event(), kStart + 700ms);
}

TEST(LinkSerializer, CountsWhatABusyWireHoldsInFlight) {
  LinkSerializer line(RateSchedule({{{0s, 1000}, {1s, 100}}, 0s}, kStart), 200ms, 100ms, 1);
  EXPECT_DOUBLE_EQ(line.bytes_in_flight_at_most(kStart + 1100ms), 200 + 10);
}

TEST(LinkSerializer, FrozenNothingMovesAndThawedItGoesOn) {
  auto line = plain(1000, 100ms);
  line.offer(1000, kStart);
  line.offer(500, kStart);
  line.freeze(kStart +
              1050ms);  // the first is on the wire, 50 ms from its end; 50 bytes of the second
  EXPECT_FALSE(line.next_event());
  EXPECT_EQ(line.rate_at(kStart + 2s), 0);
  EXPECT_EQ(line.take_arrived(kStart + 60s), 0u);
  line.thaw(kStart + 61050ms);
  EXPECT_EQ(line.next_event(), kStart + 61100ms);
  EXPECT_EQ(line.take_arrived(kStart + 61100ms), 1u);
  EXPECT_EQ(line.next_event(), kStart + 61500ms);
  EXPECT_EQ(line.take_arrived(kStart + 61600ms), 1u);
}

}  // namespace
}  // namespace branchline::transport
