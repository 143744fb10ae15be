#include "framework/runtime/slowdown.h"

#include <algorithm>
#include <cmath>

#include "framework/base/error.h"

namespace branchline::runtime {
namespace {

constexpr std::size_t kRunsRemembered = 9;
constexpr double kAboveUsual = 1.25;

}  // namespace

Slowdown::Slowdown(double factor) : factor_(factor) {
  BL_EXPECT(factor >= 1, "a device cannot be emulated faster than it is");
}

Duration Slowdown::rest_after(const std::string& work, Duration busy) {
  if (factor_ == 1) return Duration::zero();
  RecentDurations& runs = busy_.try_emplace(work, kRunsRemembered).first->second;
  runs.add(busy);
  const double most = kAboveUsual * static_cast<double>(runs.quantile(0.5).count());
  const double counted = std::min(static_cast<double>(busy.count()), most);
  return Duration(std::llround((factor_ - 1) * counted));
}

}  // namespace branchline::runtime
