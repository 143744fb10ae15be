#include "framework/runtime/slowdown.h"

#include <algorithm>
#include <cmath>

#include "framework/base/error.h"

namespace branchline::runtime {
namespace {

constexpr std::size_t kRunsRemembered = 9;
constexpr double kAboveUsual = 1.25;
constexpr int kRunsToKnow = 5;
constexpr Duration kTimeToKnow = std::chrono::milliseconds(30);

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

void Slowdown::add_in_a_row(const std::string& work, Duration busy) {
  if (known_in_a_row(work)) return;
  RunsInARow& runs = in_a_row_[work];
  ++runs.count;
  runs.sum += busy;
  runs.quickest = std::min(runs.quickest, busy);
}

bool Slowdown::known_in_a_row(const std::string& work) const {
  const auto runs = in_a_row_.find(work);
  return runs != in_a_row_.end() && runs->second.count >= kRunsToKnow &&
         runs->second.sum >= kTimeToKnow;
}

Duration Slowdown::slowed(const std::string& work, Duration busy) {
  const auto runs = in_a_row_.find(work);
  if (runs == in_a_row_.end()) return busy + rest_after(work, busy);
  return scaled(runs->second.quickest, factor_);
}

}  // namespace branchline::runtime
