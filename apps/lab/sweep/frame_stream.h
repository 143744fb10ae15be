#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "apps/lab/sweep/plan_sample.h"
#include "framework/base/clock.h"

namespace branchline::lab {

/// A plan as a stream of frames meets it: one device, and behind it link and edge, which work on
/// other frames meanwhile.
class StreamedPlan {
 public:
  virtual ~StreamedPlan() = default;

  /// The device's work up to the link. Returns when the device is free again.
  virtual void begin(std::size_t frame) = 0;

  /// A frame that is back from the edge, or that never left; waits for one no longer than
  /// `patience`.
  virtual std::optional<std::size_t> returned(Duration patience) = 0;

  /// The device's work after that. @returns the bytes that crossed; no times
  virtual PlanSample end(std::size_t frame) = 0;
};

struct StreamLimits {
  std::size_t frames = 0;     ///< at most
  std::size_t in_flight = 1;  ///< begun and not ended, at most
  std::size_t least = 0;      ///< frames that are begun however long the stream takes
  Duration length{0};         ///< after which no others are
  Duration patience{0};       ///< for a frame; then the stream ends without those under way
};

/// Plays a stream: the device first ends what is back, then begins the next frame while fewer than
/// `in_flight` are under way, else waits.
/// @param stopped  asked before each frame
/// @returns the frames in the order they ended: PlanSample::total since the device took the frame
/// up, PlanSample::done since the stream began
std::vector<PlanSample> play_stream(StreamedPlan& plan, const StreamLimits& limits,
                                    const TimeSource& time, const std::function<bool()>& stopped);

/// What a stream gave at a steady pace: from the end of frame number `in_flight` on; until then it
/// fills the pipeline.
struct StreamScore {
  double fps = 0, fps_low = 0, fps_high = 0;  ///< and of the slowest and the quickest quarter
  double latency_ms = 0, latency_low_ms = 0, latency_high_ms = 0;  ///< median, its 95 % interval
};

/// @param frames     as play_stream returns them
/// @param in_flight  as the stream had it
/// @returns nullopt with fewer than four frames at a steady pace
std::optional<StreamScore> score_stream(const std::vector<PlanSample>& frames,
                                        std::size_t in_flight);

}  // namespace branchline::lab
