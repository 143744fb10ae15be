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

Duration part_of_time(double factor, Duration duration) {
  return Duration(static_cast<Duration::rep>(factor * static_cast<double>(duration.count())));
}

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
         of(size) < part_of_time(kPays, size * of(1));
}

void ServiceTimes::follow(int size, Duration took) {
  const Duration known = of(size);
  // One run that the scheduler held up must not shut out all that follow.
  const Duration counted = std::min(took, 3 * known + Duration(1000));
  times_[index_of(size)] = (known + part_of_time(kFollow, counted - known)).count();
  if (size == 1) ++alone_since_trial_;
}

void ServiceTimes::distrust() { times_[0] = part_of_time(kDistrust, of(1)).count(); }

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
    times_[i] = part_of_time(relative[i], of(1)).count();
  }
  alone_since_trial_ = 0;
  state_ = State::tried;
}

void ServiceTimes::forbid() { state_ = State::forbidden; }

}  // namespace branchline::runtime
