#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "apps/lab/experiments/traces/trace_case.h"
#include "apps/lab/experiments/traces/trace_frame.h"
#include "apps/lab/experiments/traces/trace_plans.h"

namespace branchline::lab {

/// What a baseline knows when a frame comes: the goodputs that the link passed in the last second,
/// exactly and for free (a real one has to measure them), in bytes/s; 0: nothing passed.
struct SeenLink {
  double uplink_bytes_per_s = 0, downlink_bytes_per_s = 0;
};

/// A baseline: which plan a frame gets. Called once a frame, in order.
using ChoosePlan = std::function<const FramePlan&(const SeenLink& link)>;

/// Plays a baseline over a trace in virtual time. Its client works on one frame at a time and gives
/// up at the deadline, without insurance; bytes on their way go on, and nothing is sent before they
/// are through.
TracePlay play_baseline(const std::string& method, const TraceSetting& setting,
                        const TraceCase& trace, const std::vector<FrameSpeed>& speeds,
                        const ChoosePlan& choose);

/// Device only (each exit), edge only (raw, PNG, JPEG), the best fixed split in hindsight,
/// Neurosurgeon, Edgent static and dynamic (its map's rule as published, and by depth). What they
/// send goes through the codecs that the engine would take.
std::vector<TracePlay> play_baselines(const TraceSetting& setting, const TraceCase& trace,
                                      const std::vector<FrameSpeed>& speeds);

/// Knows the link and every time beforehand: each frame gets the most accurate of all exits, cuts
/// and codecs that is in time, if any. Frames do not meet (each is over when the next one comes),
/// so that none can do better on average.
TracePlay play_oracle(const TraceSetting& setting, const TraceCase& trace,
                      const std::vector<FrameSpeed>& speeds);

}  // namespace branchline::lab
