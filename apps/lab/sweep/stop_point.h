#pragma once

#include <functional>
#include <thread>

#include "apps/lab/stop_flag.h"
#include "framework/profile/unit_timer.h"

namespace branchline::lab {

/// Ends a measurement in the middle once a stop was asked for. Whoever began it catches it; what
/// was written down before is kept.
struct Stopped {};

/// @throws Stopped when the flag is raised.
void stop_point(const StopFlag& stop);

/// The same, with a stop point before each slice. @param stop  borrowed
profile::RunSlice stoppable(profile::RunSlice run, const StopFlag& stop);

/// Does something once, on a thread of its own, when the stop comes while this lives. For what
/// waits and hears of no flag.
class OnStop {
 public:
  /// @param stop  borrowed
  OnStop(const StopFlag& stop, std::function<void()> act);

 private:
  std::jthread thread_;
};

}  // namespace branchline::lab
