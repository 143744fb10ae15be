#pragma once

#include <cstdint>
#include <optional>
#include <random>

#include "apps/lab/experiments/goodput_followers.h"
#include "transport/link_profile.h"

namespace branchline::lab {

/// A link in virtual time: what an exchange over branchline link, or over a token bucket, takes.
/// One exchange at a time. A value with a clock of its own.
class VirtualLink {
 public:
  /// @param burst_bytes  of the uplink's token bucket; 0: a serializer without bursts
  VirtualLink(const transport::LinkProfile& profile, std::uint64_t burst_bytes);

  /// Sends a frame now and gets an answer back; time goes on. At a standstill for ever: nothing.
  std::optional<LinkExchange> exchange(std::uint64_t up_bytes, std::uint64_t down_bytes,
                                       Duration remote);

  /// What the uplink passed for the last exchange, over the time it took; a bucket's rate.
  double measured_bytes_per_s() const noexcept { return measured_; }

  void wait(Duration duration);
  void change_uplink(double bytes_per_s);
  TimePoint now() const noexcept { return now_; }

 private:
  Duration jitter();
  void refill(TimePoint until);

  transport::RateSchedule uplink_, downlink_;
  Duration delay_, jitter_;
  double burst_bytes_, tokens_;
  std::mt19937_64 random_;
  TimePoint now_;
  double measured_ = 0;
};

}  // namespace branchline::lab
