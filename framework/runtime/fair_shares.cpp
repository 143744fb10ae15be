#include "framework/runtime/fair_shares.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace branchline::runtime {
namespace {

constexpr Duration kFadeStep = std::chrono::milliseconds(100);
constexpr double kFade = 0.905;       ///< e^-0.1: the memory is of a second
constexpr double kForgottenNs = 1e5;  ///< who had less, and did not ask for a second, is forgotten
constexpr Duration kAskedOfLate = std::chrono::seconds(1);

}  // namespace

void FairShares::fade(TimePoint now) {
  const auto steps = (now - faded_) / kFadeStep;
  if (steps <= 0) return;
  faded_ += steps * kFadeStep;
  const double factor = std::pow(kFade, static_cast<double>(steps));
  total_.compute_ns = 0;
  for (auto it = clients_.begin(); it != clients_.end();) {
    Share& share = it->second;
    share.compute_ns *= factor;
    if (share.waiting < 1 && share.compute_ns < kForgottenNs && now - share.asked > kAskedOfLate) {
      it = clients_.erase(it);
    } else {
      total_.compute_ns += share.compute_ns;
      ++it;
    }
  }
}

Room FairShares::room_for(std::uint64_t client, TimePoint now) {
  fade(now);
  Share& share = clients_[client];
  share.asked = now;
  if (clients_.size() == 1) return {};
  const auto part = [&](double has, double total) {
    if (total <= 0) return 1.0;
    const double of_equal = has * static_cast<double>(clients_.size()) / total;
    return std::clamp(1.25 - of_equal / 2, 0.5, 1.0);
  };
  return {part(share.compute_ns, total_.compute_ns), part(share.waiting, total_.waiting),
          part(share.bytes, total_.bytes)};
}

void FairShares::admit(std::uint64_t client, Duration compute, std::uint64_t bytes) {
  for (Share* share : {&clients_[client], &total_}) {
    share->compute_ns += static_cast<double>(compute.count());
    share->bytes += static_cast<double>(bytes);
    ++share->waiting;
  }
}

void FairShares::begin(std::uint64_t client, std::uint64_t bytes) {
  for (Share* share : {&clients_[client], &total_}) {
    share->bytes -= static_cast<double>(bytes);
    --share->waiting;
  }
}

void FairShares::drop(std::uint64_t client, Duration compute, std::uint64_t bytes) {
  begin(client, bytes);
  Share& share = clients_[client];
  // What faded since is not given back.
  const double back = std::min(share.compute_ns, static_cast<double>(compute.count()));
  share.compute_ns -= back;
  total_.compute_ns -= back;
}

}  // namespace branchline::runtime
