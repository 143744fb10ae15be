#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "branchline/histogram.h"

namespace branchline::runtime {

/// Counts durations in fixed buckets from 100 µs to 2.5 s, without a lock: a few ns a call, from
/// any thread. A reader may see a duration counted whose time is not in the sum yet.
class DurationHistogram {
 public:
  void add(Duration duration) noexcept {
    std::size_t bucket = 0;
    while (bucket < kBounds.size() && duration > kBounds[bucket]) ++bucket;
    counts_[bucket].fetch_add(1, std::memory_order_relaxed);
    sum_.fetch_add(duration.count(), std::memory_order_relaxed);
  }

  DurationCounts read() const {
    DurationCounts read;
    read.bounds.assign(kBounds.begin(), kBounds.end());
    for (const auto& count : counts_) read.counts.push_back(count);
    read.sum = Duration(sum_);
    return read;
  }

 private:
  using us = std::chrono::microseconds;
  static constexpr std::array<Duration, 14> kBounds = {
      us(100),    us(250),    us(500),     us(1'000),   us(2'500),   us(5'000),     us(10'000),
      us(25'000), us(50'000), us(100'000), us(250'000), us(500'000), us(1'000'000), us(2'500'000)};

  std::array<std::atomic<std::uint64_t>, kBounds.size() + 1> counts_{};
  std::atomic<Duration::rep> sum_{0};
};

}  // namespace branchline::runtime
