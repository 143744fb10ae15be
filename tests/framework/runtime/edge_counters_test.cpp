#include "framework/runtime/edge_counters.h"

#include <gtest/gtest.h>

#include <numeric>
#include <thread>
#include <vector>

namespace branchline::runtime {
namespace {

using namespace std::chrono_literals;
using transport::Refusal;

std::uint64_t sum_of(const DurationCounts& counts) {
  return std::accumulate(counts.counts.begin(), counts.counts.end(), std::uint64_t{0});
}

TEST(DurationHistogram, ABucketHoldsWhatIsUpToItsBound) {
  DurationHistogram histogram;
  const auto bounds = histogram.read().bounds;
  for (const Duration bound : bounds) {
    histogram.add(bound);
    histogram.add(bound + 1ns);
  }
  const DurationCounts counts = histogram.read();
  ASSERT_EQ(counts.counts.size(), bounds.size() + 1);
  EXPECT_EQ(counts.counts.front(), 1u) << "its bound alone";
  EXPECT_EQ(counts.counts[5], 2u) << "its bound and just more than the one before";
  EXPECT_EQ(counts.counts.back(), 1u) << "more than the last bound";
}

TEST(DurationHistogram, LosesNothingThatThreadsAddAtOnce) {
  DurationHistogram histogram;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) histogram.add(3ms);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(sum_of(histogram.read()), 4000u);
  EXPECT_EQ(histogram.read().sum, 12s);
}

TEST(EdgeCounters, NamesEveryLabelFromTheStart) {
  EdgeCounters counters;
  counters.set_exits(3);
  const EdgeMetrics metrics = counters.read();
  EXPECT_EQ(metrics.computed.size(), 3u);
  EXPECT_EQ(metrics.expired,
            (std::map<std::string, std::uint64_t>{{"arrival", 0}, {"compute", 0}, {"queue", 0}}));
  EXPECT_EQ(metrics.refused.count("overloaded"), 1u);
  EXPECT_EQ(metrics.refused.count("failed"), 1u);
  EXPECT_EQ(metrics.refused.count("expired"), 0u) << "has stages";
  EXPECT_EQ(metrics.refused.count("cancelled"), 0u) << "nobody was turned away";
  EXPECT_EQ(metrics.refused.count("none"), 0u);
  EXPECT_EQ(metrics.overloaded.size(), kOverloads.size());
}

TEST(EdgeCounters, CountsEachFateOnce) {
  EdgeCounters counters;
  counters.set_exits(2);
  counters.add_answered(1, 2ms);
  counters.add_expired(ExpiryStage::queue);
  counters.add_expired(ExpiryStage::compute);
  counters.add_overloaded(Overload::fair_share);
  counters.add_overloaded(Overload::compiling);
  for (const Refusal why : {Refusal::bad_request, Refusal::failed, Refusal::cancelled}) {
    counters.add_refused(why);
  }
  EXPECT_EQ(counters.answered(), 1u);
  EXPECT_EQ(counters.expired(), 2u);
  EXPECT_EQ(counters.refused(), 3u);
  EXPECT_EQ(counters.failed(), 1u);
  const EdgeMetrics metrics = counters.read();
  EXPECT_EQ(metrics.refused.at("overloaded"), 2u);
  EXPECT_EQ(metrics.overloaded.at("fair_share"), 1u);
  EXPECT_EQ(metrics.overloaded.at("too_late"), 0u);
  EXPECT_EQ(metrics.cancelled, 1u);
  EXPECT_EQ(metrics.expired.at("arrival"), 0u);
  EXPECT_EQ(sum_of(metrics.computed[0]), 0u);
  EXPECT_EQ(metrics.computed[1].sum, 2ms);
}

TEST(EdgeCounters, CountsWhatIsInFlight) {
  EdgeCounters counters;
  {
    const InFlight one(counters), another(counters);
    EXPECT_EQ(counters.read().in_flight, 2u);
  }
  EXPECT_EQ(counters.read().in_flight, 0u);
}

}  // namespace
}  // namespace branchline::runtime
