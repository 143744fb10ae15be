#pragma once

#include <cstdint>
#include <initializer_list>

namespace branchline::branchy_models {

/// Random numbers that are the same on every machine and with every standard library, from the
/// numbers they are named by: RandomStream({seed, epoch, index}). SplitMix64 (Steele, Lea, Flood,
/// OOPSLA 2014).
class RandomStream {
 public:
  explicit RandomStream(std::initializer_list<std::uint64_t> names) {
    for (const std::uint64_t name : names) state_ = next() ^ (name * 0x9e3779b97f4a7c15ULL);
  }

  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15ULL;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9ULL;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebULL;
    return mixed ^ (mixed >> 31);
  }

  /// low <= result < high
  double uniform(double low, double high) {
    return low + (high - low) * static_cast<double>(next() >> 11) * 0x1.0p-53;
  }

  /// 0 <= result < bound; bound > 0
  std::int64_t below(std::int64_t bound) {
    return static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(bound));
  }

 private:
  std::uint64_t state_ = 0;
};

}  // namespace branchline::branchy_models
