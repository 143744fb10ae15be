#include "framework/runtime/wake_up_reserve.h"

#include <algorithm>

#include "framework/base/error.h"

namespace branchline::runtime {
namespace {

constexpr std::size_t kWakeUpsKept = 2000;
constexpr std::size_t kEnoughWakeUps = 1000;

}  // namespace

WakeUpReserve::WakeUpReserve(Duration fixed)
    : learns_(fixed == Duration::zero()),
      value_(learns_ ? kLeast.count() : fixed.count()),
      lateness_(kWakeUpsKept) {
  BL_EXPECT(fixed >= Duration::zero(), "a reserve cannot be negative");
}

void WakeUpReserve::add_wake_up(TimePoint asked, TimePoint woke) {
  if (!learns_ || woke < asked) return;
  const std::lock_guard lock(mutex_);
  lateness_.add(woke - asked);
  // Of few wake-ups the largest says little about one in a thousand.
  const double share = lateness_.count() >= kEnoughWakeUps ? 0.999 : 0.99;
  value_.store(std::clamp(lateness_.quantile(share), Duration(kLeast), Duration(kMost)).count(),
               std::memory_order_relaxed);
}

Duration WakeUpReserve::value() const noexcept {
  return Duration(value_.load(std::memory_order_relaxed));
}

}  // namespace branchline::runtime
