#pragma once

#include <chrono>
#include <cmath>

namespace branchline {

/// The one clock of deadlines and latencies: monotonic, never wall time, never compared between
/// machines.
using Clock = std::chrono::steady_clock;
using Duration = std::chrono::nanoseconds;
using TimePoint = Clock::time_point;

/// A time by a factor, to the nearest nanosecond.
inline Duration scaled(Duration time, double factor) {
  return Duration(std::llround(static_cast<double>(time.count()) * factor));
}

/// Where a part that must be testable reads the time; tests hand it a fake
/// (tests/support/fake_clock.h).
class TimeSource {
 public:
  virtual ~TimeSource() = default;
  virtual TimePoint now() const = 0;
};

class SystemTime final : public TimeSource {
 public:
  TimePoint now() const override { return Clock::now(); }
};

}  // namespace branchline
