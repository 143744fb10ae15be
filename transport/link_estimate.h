#pragma once

#include <cstdint>
#include <optional>

#include "framework/base/clock.h"

namespace branchline::transport {

/// Estimate of one link from what real frames show; a value without a thread of its own (guard it
/// where it is shared). Goodput per direction is an exponentially weighted mean of log goodput,
/// samples weighted by their bytes; small frames move the round trip instead. Nothing is pinged
/// while requests flow.
class LinkEstimate {
 public:
  struct Values {
    double uplink_bytes_per_s = 0;  ///< 0: never measured
    double downlink_bytes_per_s = 0;
    Duration round_trip{0};
    double uplink_log_deviation = 0;  ///< spread of log goodput
    TimePoint measured;               ///< of the newest sample
  };

  /// One exchange: `up_bytes` went up and `down_bytes` came back, and `remote` of the `total` time
  /// passed on the peer (queue and compute, told by the peer).
  void add_exchange(std::uint64_t up_bytes, std::uint64_t down_bytes, Duration total,
                    Duration remote, TimePoint now);

  /// The frame's bytes arrived during `took`.
  void add_download(std::uint64_t bytes, Duration took, TimePoint now);

  /// `bytes` were not through after `waited`: the uplink is at most that fast (used when a request
  /// times out).
  void add_timeout(std::uint64_t bytes, Duration waited, TimePoint now);

  std::optional<Values> values() const;
  void reset();

 private:
  Values values_;
  bool any_ = false;
};

}  // namespace branchline::transport
