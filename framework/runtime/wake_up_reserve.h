#pragma once

#include <atomic>
#include <mutex>

#include "framework/base/clock.h"
#include "framework/runtime/recent_durations.h"

namespace branchline::runtime {

/// How long before a deadline an answer is handed out: the p99.9 (of fewer than 1000: the p99) of
/// how late threads of this process woke up lately, at least 1 ms and at most 10 ms (a machine
/// worse than that is better served by missing a deadline now and then than by giving up a tenth of
/// a second of every request). Safe from any thread; value() takes no lock.
class WakeUpReserve {
 public:
  static constexpr Duration kLeast = std::chrono::milliseconds(1);
  static constexpr Duration kMost = std::chrono::milliseconds(10);

  /// @param fixed  zero: learn; else always this
  explicit WakeUpReserve(Duration fixed);

  /// A thread asked to wake at `asked` and did at `woke`.
  void add_wake_up(TimePoint asked, TimePoint woke);

  Duration value() const noexcept;

 private:
  const bool learns_;
  std::atomic<Duration::rep> value_;
  std::mutex mutex_;  // guards lateness_
  RecentDurations lateness_;
};

}  // namespace branchline::runtime
