#pragma once

#include <atomic>
#include <cstddef>
#include <mutex>
#include <thread>
#include <vector>

#include "framework/base/clock.h"

namespace branchline::lab {

/// An idle control thread: it sleeps for half a millisecond, again and again, and writes down when
/// it woke more than kLate late. What happened then may be the machine's doing. Safe from any
/// thread.
class WakeUpWatch {
 public:
  static constexpr Duration kLate = std::chrono::milliseconds(1);

  WakeUpWatch();
  ~WakeUpWatch();
  WakeUpWatch(const WakeUpWatch&) = delete;
  WakeUpWatch& operator=(const WakeUpWatch&) = delete;

  /// Whether it should have slept less at any moment from `from` to `to`; waits until it can tell.
  bool was_late_between(TimePoint from, TimePoint to) const;

  std::size_t late_wake_ups() const;

 private:
  struct Lateness {
    TimePoint asked, woke;
  };

  void run();

  mutable std::mutex mutex_;  // guards late_ and seen_until_
  std::vector<Lateness> late_;
  TimePoint seen_until_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace branchline::lab
