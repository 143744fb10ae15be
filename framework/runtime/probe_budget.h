#pragma once

#include <mutex>

#include "framework/base/clock.h"

namespace branchline::runtime {

/// How many requests may be spent on learning about a link: at most one in eight, and none sooner
/// than half a second after the one before; while a link was never measured, every other one. Safe
/// from any thread.
class ProbeBudget {
 public:
  /// Counts a request. @returns whether it may probe
  bool ask(bool ever_measured, TimePoint now);

  /// It did.
  void spend(TimePoint now);

 private:
  std::mutex mutex_;  // guards all below
  int since_last_ = 1 << 20;
  TimePoint last_{};
};

}  // namespace branchline::runtime
