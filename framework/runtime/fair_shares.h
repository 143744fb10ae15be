#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>

#include "framework/base/clock.h"

namespace branchline::runtime {

/// The parts of an edge's room that a client may fill; 1 is all of it.
struct Room {
  double time = 1;     ///< of what is left before a deadline
  double waiting = 1;  ///< of the requests that may wait
  double bytes = 1;    ///< of the bytes that may
};

/// Who has how much of an edge: compute granted of late (half of it is forgotten in 0.7 s), and
/// requests and bytes that wait. An equal share is the mean over all clients that asked for
/// something of late. A client may fill all of a room while it has up to half of its share of what
/// the room holds, three quarters when it has its share, half from one and a half on: so a client
/// that asks for little finds room however much, and however many, others ask for. For one thread;
/// O(clients) ten times a second.
/// After "longest queue drop" (Suter et al., INFOCOM 1998), where whoever has most gives way; here
/// it does so at the door, since what was let in is a promise.
class FairShares {
 public:
  /// The client asks. All of everything for one that is alone.
  Room room_for(std::uint64_t client, TimePoint now);

  void admit(std::uint64_t client, Duration compute, std::uint64_t bytes);
  /// It waits no longer: it runs.
  void begin(std::uint64_t client, std::uint64_t bytes);
  /// It waits no longer, and will never run.
  void drop(std::uint64_t client, Duration compute, std::uint64_t bytes);

 private:
  struct Share {
    double compute_ns = 0;
    double waiting = 0;
    double bytes = 0;
    TimePoint asked{};
  };
  void fade(TimePoint now);

  std::unordered_map<std::uint64_t, Share> clients_;
  Share total_;
  TimePoint faded_{};
};

}  // namespace branchline::runtime
