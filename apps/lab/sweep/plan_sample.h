#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "framework/base/clock.h"

namespace branchline::lab {

inline double to_ms(Duration time) { return static_cast<double>(time.count()) / 1e6; }

/// What answered a frame whose plan an engine chose.
struct FrameAnswer {
  int exit = 0;       ///< from 1
  std::string place;  ///< "device", "split", "edge"; "insured": the device, instead of the plan
  std::string codec;  ///< of what crossed for this answer; empty when nothing did
  std::optional<double> accuracy;  ///< of the exit, less what the codecs cost, if measured

  friend bool operator==(const FrameAnswer&, const FrameAnswer&) = default;
};

/// One frame's run, by a given plan or an engine's, on the device's clock: the parts add up to the
/// total. What the device spends is encoding too, and what is left when the others are taken off;
/// the link's delay counts half as uplink, half as downlink; edge is what the edge says it queued,
/// decoded and computed. Of a frame of a stream the parts are zero.
struct PlanSample {
  Duration total{0}, device{0}, uplink{0}, edge{0}, downlink{0};
  std::uint64_t bytes_up = 0, bytes_down = 0;  ///< frames
  bool given_up = false;  ///< it took longer than the limit: total is the limit, the parts are zero
  std::optional<FrameAnswer> answer;  ///< absent where the plan was given
  Duration done{0};  ///< of a frame of a stream: when it ended, since the stream began

  friend bool operator==(const PlanSample&, const PlanSample&) = default;
};

}  // namespace branchline::lab
