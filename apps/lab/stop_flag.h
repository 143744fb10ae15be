#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "framework/base/clock.h"

namespace branchline::lab {

/// Turns the first SIGINT or SIGTERM into a flag that waiting threads hear of at once. Make one
/// before any other thread is started: the signals are blocked from then on in this thread and in
/// those it starts. A second signal ends the process the usual way.
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
  std::atomic<bool> ended_ = false;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::thread listener_;
};

}  // namespace branchline::lab
