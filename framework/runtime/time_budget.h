#pragma once

#include "framework/base/clock.h"

namespace branchline::runtime {

/// The time one request has: from its start to its deadline, of which the last `reserve` is kept so
/// that a thread which wakes up late still answers in time. A value.
struct TimeBudget {
  TimePoint start;
  TimePoint deadline;
  Duration reserve{0};

  TimePoint answer_by() const noexcept { return deadline - reserve; }
  Duration total() const noexcept { return deadline - start; }

  /// Time left to compute and to wait; negative once it is over.
  Duration left(TimePoint now) const noexcept { return answer_by() - now; }
};

}  // namespace branchline::runtime
