#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "apps/stop_signals.h"
#include "framework/base/clock.h"

namespace branchline::lab {

/// Turns the first SIGINT or SIGTERM into a flag that waiting threads hear of at once. A second one
/// ends the process at once. One at a time.
class StopFlag {
 public:
  StopFlag();
  ~StopFlag();
  StopFlag(const StopFlag&) = delete;
  StopFlag& operator=(const StopFlag&) = delete;

  /// @returns false when the stop came first
  bool wait_until(TimePoint time) const;

  bool raised() const { return signal_ != 0; }
  /// The exit code after a clean stop: 128 + signal, 0 when there was none.
  int exit_code() const { return signal_ == 0 ? 0 : 128 + signal_; }

 private:
  void listen();

  apps::StopSignals signals_;
  std::atomic<int> signal_ = 0;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::thread listener_;  // the last: it uses the others
};

}  // namespace branchline::lab
