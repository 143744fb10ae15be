#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "framework/base/clock.h"

namespace branchline::lab {

/// One request and its answer over a link, as the device sees it on its own clock.
struct LinkExchange {
  std::uint64_t up_bytes = 0;
  std::uint64_t down_bytes = 0;
  Duration total{0};
  Duration remote{0};    ///< of it on the edge, told by the edge
  Duration download{0};  ///< of the answer's frame, from its first byte to its last
  TimePoint end;
  bool ping = false;  ///< an empty one, for the round trip
};

/// A way to follow a link's uplink goodput from its exchanges.
class GoodputFollower {
 public:
  virtual ~GoodputFollower() = default;
  virtual std::string name() const = 0;
  virtual void add(const LinkExchange& exchange) = 0;
  virtual double uplink_bytes_per_s() const = 0;  ///< 0: not known yet
};

/// Ours (transport/link_estimate.h), then what players of video use: the last sample, an
/// exponentially weighted mean (gain 0.3), and the harmonic mean of the last five (Jiang et al.,
/// "FESTIVE", CoNEXT 2012; Yin et al., "MPC", SIGCOMM 2015). A sample of theirs is a frame's bytes
/// over its time less the shortest ping seen: they are given the round trip that papers leave in.
std::vector<std::unique_ptr<GoodputFollower>> goodput_followers();

}  // namespace branchline::lab
