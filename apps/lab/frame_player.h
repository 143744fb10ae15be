#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "apps/lab/frame_log.h"
#include "apps/lab/frame_source.h"
#include "apps/lab/stop_flag.h"
#include "branchline/engine.h"

namespace branchline::lab {

/// How frames are put to an engine.
struct PlaySettings {
  std::string method = "branchline";
  Duration deadline = std::chrono::milliseconds(100);
  double rate_hz = 0;              ///< 0: as they come (a camera's frames, or one after the other)
  std::uint64_t frames = 0;        ///< stop after so many; 0: all
  std::optional<Duration> length;  ///< stop after this long
  std::optional<TimePoint> start;  ///< of the first arrival; unset: now
  std::optional<Place> force_place;
  std::optional<int> force_exit;
  Shape tensor_shape;  ///< f32 {1, C, H, W} of a network without a declared image input; else empty
};

/// Submits each frame at its scheduled arrival, with its deadline counted from there, and reports
/// one record a frame, in frame order. What comes too late for its schedule (a full queue, a slow
/// decoder) is submitted late: the delay is part of its latency. Returns when every frame has its
/// record. A frame that cannot be read is reported as an error.
///
/// @param on_record  called from one thread at a time, not necessarily this one
/// @returns how many frames were reported
std::uint64_t play_frames(Engine& engine, FrameSource& source, const PlaySettings& settings,
                          const StopFlag& stop,
                          const std::function<void(const FrameRecord&)>& on_record);

}  // namespace branchline::lab
