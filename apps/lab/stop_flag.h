#pragma once

#include <signal.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "framework/base/clock.h"

namespace branchline::lab {

/// Turns the first SIGINT or SIGTERM into a flag that waiting threads hear of at once. A handler
/// and not a blocked signal: OpenCV and OpenBLAS have threads of their own by then, which would die
/// of it. A second signal ends the process at once. One at a time.
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

  std::atomic<int> signal_ = 0;
  int pipe_[2] = {-1, -1};
  struct sigaction before_int_ {};
  struct sigaction before_term_ {};
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::thread listener_;
};

}  // namespace branchline::lab
