#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>

#include "framework/base/clock.h"

namespace branchline::runtime {

/// Wakes a thread that sleeps until something happens or a time comes. A ring between looking for
/// work and going to sleep is not lost: look at rings() first, then for work, then wait.
class Bell {
 public:
  std::uint64_t rings() const {
    const std::lock_guard lock(mutex_);
    return rings_;
  }

  void ring() {
    {
      const std::lock_guard lock(mutex_);
      ++rings_;
    }
    rung_.notify_all();
  }

  /// Returns when the bell was rung after rings() gave `seen`, or at `time`. @returns whether it
  /// was rung
  bool wait_until(std::uint64_t seen, TimePoint time) const {
    std::unique_lock lock(mutex_);
    return rung_.wait_until(lock, time, [&] { return rings_ != seen; });
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable rung_;
  std::uint64_t rings_ = 0;
};

}  // namespace branchline::runtime
