#pragma once

#include <chrono>

namespace branchline {

/// The one clock of deadlines and latencies: monotonic, never wall time, never compared between
/// machines.
using Clock = std::chrono::steady_clock;
using Duration = std::chrono::nanoseconds;
using TimePoint = Clock::time_point;

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
