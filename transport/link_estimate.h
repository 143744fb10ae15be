#pragma once

#include <cstdint>
#include <optional>

#include "framework/base/clock.h"
#include "framework/base/level_estimate.h"
#include "transport/exchange_fit.h"

namespace branchline::transport {

/// Estimate of one link from what real frames show; a value without a thread of its own (guard it
/// where it is shared). Clocks of two machines are never compared. Nothing is pinged while requests
/// flow.
///
/// An exchange takes round trip + bytes up / uplink + bytes down / downlink. The uplink is the line
/// through exchanges of many sizes (exchange_fit.h), the downlink what arrives between an answer's
/// first and last byte. Exchanges that are as good as empty teach the round trip.
class LinkEstimate {
 public:
  struct Values {
    double uplink_bytes_per_s = 0;  ///< 0: never measured
    double downlink_bytes_per_s = 0;
    Duration round_trip{0};
    double uplink_log_deviation = 0;  ///< spread of log goodput
    double downlink_log_deviation = 0;
    double uplink_burst_bytes = 0;  ///< what a token bucket on the way lets through at once
    double uplink_free_bytes = 0;   ///< what of it was left after the newest frame
    TimePoint measured;             ///< of the newest sample, of whatever kind
    TimePoint uplink_measured;      ///< of the newest one that told the goodput
    TimePoint downlink_measured;

    /// How far the goodput may be from the estimate now: an old measurement is a less certain one.
    double uplink_log_deviation_at(TimePoint now) const;

    /// Bytes that pass at once after the link was idle for so long.
    double uplink_free_bytes_after(Duration idle) const;
    double downlink_log_deviation_at(TimePoint now) const;

    /// How sure it is, 0 to 1, that the uplink's goodput is within a quarter of the estimate now; 0
    /// when it was never measured. Log goodput is taken for normal.
    double uplink_confidence(TimePoint now) const;
    double downlink_confidence(TimePoint now) const;
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
  void reset() { *this = {}; }

 private:
  double answer_seconds(std::uint64_t down_bytes) const;
  ExchangeFit::FixedPart fixed_part(std::uint64_t down_bytes, double transfer) const;
  void learn_fixed_part(std::uint64_t down_bytes, double deviation_s);
  void add_round_trip(double seconds);

  ExchangeFit up_;
  LevelEstimate down_;
  bool round_trip_known_ = false;
  double round_trip_s_ = 0;
  double round_trip_bytes_ = 0;    ///< in it, while no goodput is known to take them out
  double round_trip_noise_s_ = 0;  ///< mean deviation
  bool answer_known_ = false;
  double answer_s_per_byte_ = 0;  ///< while the downlink was never measured
  int slow_round_trips_ = 0;      ///< in a row, far above the estimate
  double slow_floor_s_ = 0;       ///< the fastest of those
  bool any_ = false;
  TimePoint measured_, uplink_measured_, downlink_measured_;
};

}  // namespace branchline::transport
