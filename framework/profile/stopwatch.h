#pragma once

#include "framework/base/clock.h"

namespace branchline::profile {

/// Times one run of a slice on the calling thread. With one LibTorch thread, a run during which the
/// scheduler gave the core to somebody else counts the time this thread computed, not the time it
/// stood in line: that would measure the other programs. Otherwise plain wall time. Starts when
/// constructed.
class Stopwatch {
 public:
  Stopwatch();
  Duration elapsed() const;

 private:
  TimePoint begin_;
  Duration computed_{0};  ///< by this thread since it began
  long preempted_ = 0;
};

}  // namespace branchline::profile
