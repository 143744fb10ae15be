#include "framework/runtime/probe_budget.h"

#include <algorithm>

namespace branchline::runtime {

bool ProbeBudget::ask(bool ever_measured, TimePoint now) {
  constexpr Duration kPause = std::chrono::milliseconds(500);
  const std::lock_guard lock(mutex_);
  since_last_ = std::min(since_last_ + 1, 1 << 20);
  if (!ever_measured) return since_last_ >= 2;
  return since_last_ >= 8 && now - last_ >= kPause;
}

void ProbeBudget::spend(TimePoint now) {
  const std::lock_guard lock(mutex_);
  since_last_ = 0;
  last_ = now;
}

}  // namespace branchline::runtime
