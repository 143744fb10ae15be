#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "framework/base/clock.h"
#include "transport/channel.h"

namespace branchline::transport {

/// One second-scale step of a link. A rate of 0 stalls that direction (nothing is lost, it waits).
struct LinkStep {
  Duration at{0};  ///< since start
  double uplink_bytes_per_s = 0;
  double downlink_bytes_per_s = 0;

  friend bool operator==(const LinkStep&, const LinkStep&) = default;
};

struct LinkProfile {
  std::vector<LinkStep> steps;  ///< ascending `at`, the first at 0
  bool repeat = false;          ///< a trace starts over at its end
  Duration delay{0};            ///< one way, each direction
  Duration jitter{0};           ///< added, uniform in [0, jitter]
  std::uint64_t seed = 1;
  std::size_t queue_bytes = 32 * 1024;  ///< per connection and direction, ahead of the link
};

/// A constant link.
LinkProfile steady_link(double uplink_bytes_per_s, double downlink_bytes_per_s, Duration delay);

/// Reads "time_s,uplink_mbps,downlink_mbps" (mega = 10^6 bit). @throws InputError naming file and
/// line. The trace repeats.
LinkProfile read_link_trace(const std::string& file);

/// A proxy between devices and an edge: a user-space serialiser that lets no burst through. Each
/// chunk takes its time at the rate of the moment, per direction, then the delay. One link is
/// shared by all its connections. Every member is safe from any thread.
class LinkEmulator {
 public:
  /// @throws InputError when `listen` cannot be bound or the profile has no step at 0, a step out
  /// of
  ///         order or a negative rate.
  LinkEmulator(IoThread& io, const Endpoint& listen, const Endpoint& target, LinkProfile profile);
  ~LinkEmulator();
  LinkEmulator(const LinkEmulator&) = delete;
  LinkEmulator& operator=(const LinkEmulator&) = delete;

  std::uint16_t port() const;

  void set_profile(LinkProfile profile);  ///< starts the new profile's clock now
  void cut();        ///< blackhole: connections stay up, no byte moves, new ones get no answer
  void reset_all();  ///< closes every connection with a reset
  void restore();    ///< undoes cut()
  bool is_cut() const;

  double uplink_bytes_per_s() const;  ///< configured for this moment; 0 while cut or stalled
  double downlink_bytes_per_s() const;
  std::uint64_t uplink_bytes() const;  ///< passed so far
  std::uint64_t downlink_bytes() const;

 private:
  struct Parts;
  std::shared_ptr<Parts> parts_;
};

}  // namespace branchline::transport
