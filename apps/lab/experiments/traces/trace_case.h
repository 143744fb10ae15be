#pragma once

#include <string>
#include <vector>

#include "transport/link_profile.h"

namespace branchline::lab {

/// A link over which a stream of frames is played.
struct TraceCase {
  std::string name;
  transport::LinkProfile link;
  Duration length{0};
};

/// The recording from its beginning to its end. @throws InputError as read_link_trace
TraceCase recorded_case(const std::string& file, Duration delay);

/// Links that step down, up or out, a minute each; the downlink is twice as fast.
std::vector<TraceCase> step_cases(Duration delay);

/// What both the simulation and the engine play: a steady link of the trace's mean goodput for
/// `warm_up`, in which nothing counts, then the trace.
transport::LinkProfile with_warm_up(const TraceCase& trace, Duration warm_up);

/// Mean goodputs of the uplink over each second that had any, in bytes/s: what Edgent's map is made
/// of.
std::vector<double> uplink_history(const TraceCase& trace);

}  // namespace branchline::lab
