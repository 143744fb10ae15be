#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "framework/base/clock.h"
#include "transport/channel.h"
#include "transport/link_profile.h"

namespace branchline::transport {

/// An emulated link at one moment.
struct LinkStatus {
  bool cut = false;
  bool stalled = false;
  double uplink_bytes_per_s = 0;  ///< as the profile says; 0 while cut or stalled
  double downlink_bytes_per_s = 0;
  Duration delay{0};
  Duration jitter{0};
  std::uint64_t uplink_bytes = 0;  ///< passed so far
  std::uint64_t downlink_bytes = 0;
  std::size_t connections = 0;
};

/// A proxy between devices and an edge: a user-space serialiser that lets no burst through. Each
/// chunk takes its time at the rate of the moment, per direction, then the delay. One link is
/// shared by all its connections. Every member is safe from any thread.
class LinkEmulator {
 public:
  /// @throws InputError when `listen` cannot be bound, or as check_profile().
  LinkEmulator(IoThread& io, const Endpoint& listen, const Endpoint& target, LinkProfile profile);
  ~LinkEmulator();
  LinkEmulator(const LinkEmulator&) = delete;
  LinkEmulator& operator=(const LinkEmulator&) = delete;

  std::uint16_t port() const;

  /// All of it, or a part, from now on; a trace's clock starts now. @throws as check_profile()
  void set_profile(LinkProfile profile);
  void set_uplink(RateTrace trace);
  void set_downlink(RateTrace trace);
  void set_delay(Duration delay, Duration jitter);

  /// Blackhole: connections stay up, no byte moves, new ones get no answer.
  void cut();
  void restore();               ///< ends cut() and stall()
  void stall(Duration length);  ///< as cut(), but ends by itself
  void reset_all();             ///< closes every connection with a reset

  LinkStatus status() const;

 private:
  struct Parts;
  std::shared_ptr<Parts> parts_;
};

}  // namespace branchline::transport
