#include "framework/runtime/service_times.h"

#include <algorithm>
#include <string>

#include "framework/base/error.h"

namespace branchline::runtime {
namespace {

constexpr double kFollow = 0.2;  ///< weight of a new measurement
constexpr double kDistrust = 0.95;
constexpr double kPays = 0.95;
/// Requests run alone until stacking that did not pay is tried again.
constexpr int kTryAgain = 500;

}  // namespace

std::size_t ServiceTimes::index_of(int size) {
  const auto found = std::find(kSizes.begin(), kSizes.end(), size);
  BL_EXPECT(found != kSizes.end(), "requests are never stacked by " + std::to_string(size));
  return static_cast<std::size_t>(found - kSizes.begin());
}

Duration ServiceTimes::of(int size) const {
  const Duration::rep measured = times_[index_of(size)];
  return measured > 0 ? Duration(measured) : size * Duration(times_[0]);
}

bool ServiceTimes::pays(int size) const {
  return state_ == State::tried && times_[index_of(size)] > 0 &&
         of(size) < scaled(size * of(1), kPays);
}

void ServiceTimes::set_alone(Duration took) { times_[0] = measured_alone_ = took.count(); }

void ServiceTimes::follow(int size, Duration took) {
  const Duration known = of(size);
  // One run that the scheduler held up must not shut out all that follow.
  const Duration counted = std::min(took, 3 * known + Duration(1000));
  Duration now_known = known + scaled(counted - known, kFollow);
  if (size == 1) {
    const Duration measured(measured_alone_);
    // What was distrusted wrongly is trusted again at once.
    now_known = std::max(now_known, std::min(counted, measured));
    measured_alone_ = (measured + scaled(counted - measured, kFollow)).count();
    ++alone_since_trial_;
  }
  times_[index_of(size)] = now_known.count();
}

void ServiceTimes::note_unfinished(int size, Duration so_far) {
  if (so_far <= of(size)) return;
  const Duration measured = size == 1 ? Duration(measured_alone_) : so_far;
  follow(size, std::max(so_far, measured));
}

void ServiceTimes::distrust() {
  const Duration floor = Duration(measured_alone_) / 2;
  times_[0] = std::max(scaled(of(1), kDistrust), std::min(of(1), floor)).count();
}

void ServiceTimes::note_company() {
  State expected = State::untried;
  if (state_.compare_exchange_strong(expected, State::wanted)) return;
  if (expected != State::tried || alone_since_trial_ < kTryAgain) return;
  state_.compare_exchange_strong(expected, State::wanted);
}

bool ServiceTimes::claim_trial() {
  State expected = State::wanted;
  return state_.compare_exchange_strong(expected, State::trying);
}

void ServiceTimes::set_trial(const std::array<double, kSizes.size()>& relative) {
  for (std::size_t i = 1; i < kSizes.size(); ++i) {
    times_[i] = scaled(of(1), relative[i]).count();
  }
  alone_since_trial_ = 0;
  State expected = State::trying;  // unless forbidden meanwhile
  state_.compare_exchange_strong(expected, State::tried);
}

void ServiceTimes::forbid() { state_ = State::forbidden; }

}  // namespace branchline::runtime
