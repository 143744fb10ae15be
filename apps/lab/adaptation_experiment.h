#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "apps/lab/adaptation_score.h"
#include "apps/lab/stop_flag.h"
#include "branchline/engine.h"

namespace branchline::lab {

/// A device that sends frames at a rate, one after the other, over an emulated link to an edge of
/// its own process; then the link's rate steps down and up again, then other devices begin to load
/// the edge and end.
struct AdaptationSetup {
  std::string model;
  std::string edge_program, edge_log;
  std::string planner = "plan-map";
  Duration deadline = std::chrono::milliseconds(80);
  Duration phase = std::chrono::seconds(6);  ///< length of each
  double rate_hz = 20;
  double fast_bytes_per_s = 2.5e6, slow_bytes_per_s = 62500;
  Duration delay = std::chrono::milliseconds(2);  ///< one way
  double slowdown = 0;   ///< of the device; 0: its deepest exit takes 1.8 deadlines
  int load_devices = 6;  ///< each with one request under way
};

/// The setup as text, a line each: written beside the results.
std::string describe(const AdaptationSetup& setup);

/// @param setup      slowdown is filled in when it was 0
/// @param on_phase   told as each phase begins
/// Takes about five phases and ten seconds. Fewer phases when `stop` is raised.
std::vector<AdaptationPhase> run_adaptation(
    AdaptationSetup& setup, const StopFlag& stop,
    const std::function<void(const std::string&)>& on_phase);

/// The request path of a device that is this machine as it is: emulated slowness sleeps between the
/// parts of a request, and what runs after a sleep runs on cold caches. A phase on the device
/// alone.
AdaptationPhase run_unslowed(const AdaptationSetup& setup, const StopFlag& stop);

/// The frame as the score sees it. The overhead is known for answers of the device when nothing was
/// sent, and for the edge's when no tail was computed after it.
AdaptedFrame adapted_frame(const Result& result, Duration at);

/// "exit 3 split 1-4 int8": exit, place, what the device keeps of a split, codecs.
std::string plan_name(const Plan& plan);

}  // namespace branchline::lab
