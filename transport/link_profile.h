#pragma once

#include <cstddef>
#include <cstdint>

#include "framework/base/clock.h"
#include "transport/rate_schedule.h"

namespace branchline::transport {

/// What an emulated link does by itself. A rate of 0 stalls a direction (nothing is lost, it
/// waits).
struct LinkProfile {
  RateTrace uplink, downlink;
  Duration delay{0};         ///< one way, each direction
  Duration jitter{0};        ///< added, uniform in [0, jitter]; order is kept
  Duration stall_length{0};  ///< both directions stand still so long …
  Duration stall_every{0};   ///< … at random moments, on average so far apart; 0: never
  std::uint64_t seed = 1;
  std::size_t queue_bytes = 32 * 1024;  ///< per connection and direction, ahead of the link
};

/// A constant link.
LinkProfile steady_link(double uplink_bytes_per_s, double downlink_bytes_per_s, Duration delay);

/// @throws InputError when a direction has no step at 0, a step out of order, a rate that is
///         negative or no number, or when a duration is negative.
void check_profile(const LinkProfile& profile);
void check_trace(const RateTrace& trace);

}  // namespace branchline::transport
