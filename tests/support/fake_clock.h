#pragma once

#include <atomic>

#include "framework/base/clock.h"

namespace branchline::testing {

/// Time that moves only when a test moves it. Safe from any thread.
class FakeClock final : public TimeSource {
 public:
  TimePoint now() const override { return TimePoint(Duration(since_start_.load())); }
  void advance(Duration by) { since_start_ += by.count(); }

 private:
  std::atomic<Duration::rep> since_start_{std::chrono::nanoseconds(std::chrono::hours(1)).count()};
};

}  // namespace branchline::testing
