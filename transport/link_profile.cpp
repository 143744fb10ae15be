#include "transport/link_profile.h"

#include <cmath>
#include <string>

#include "framework/base/error.h"

namespace branchline::transport {
namespace {

[[noreturn]] void refuse_profile(const std::string& why) { throw InputError(why, "link profile"); }

}  // namespace

LinkProfile steady_link(double uplink_bytes_per_s, double downlink_bytes_per_s, Duration delay) {
  LinkProfile profile;
  profile.uplink = steady_rate(uplink_bytes_per_s);
  profile.downlink = steady_rate(downlink_bytes_per_s);
  profile.delay = delay;
  return profile;
}

void check_trace(const RateTrace& trace) {
  if (trace.steps.empty() || trace.steps.front().at != Duration{0}) {
    refuse_profile("there is no step at time 0");
  }
  for (std::size_t i = 0; i < trace.steps.size(); ++i) {
    const RateStep& step = trace.steps[i];
    if (i > 0 && step.at <= trace.steps[i - 1].at) refuse_profile("the steps do not ascend");
    if (!std::isfinite(step.bytes_per_s) || step.bytes_per_s < 0) {
      refuse_profile("a rate is negative or not a number");
    }
  }
  if (trace.period != Duration{0} && trace.period <= trace.steps.back().at) {
    refuse_profile("the period ends before the last step");
  }
}

void check_profile(const LinkProfile& profile) {
  check_trace(profile.uplink);
  check_trace(profile.downlink);
  for (const Duration duration :
       {profile.delay, profile.jitter, profile.stall_length, profile.stall_every}) {
    if (duration < Duration{0}) refuse_profile("a delay, jitter or stall is negative");
  }
}

}  // namespace branchline::transport
