#pragma once

#include <memory>

#include "framework/planner/planner.h"

namespace branchline::planner {

/// DADS for a light load, where each frame is done before the next one comes: least latency on
/// device and edge by one min-cut of the whole graph. Two tiers. Stateless.
/// Hu, Bao, Wang, Liu, "Dynamic Adaptive DNN Surgery for Inference Acceleration on the Edge",
/// INFOCOM 2019, section IV (DSL); f_e, f_c and f_t are the units' times on device and edge and
/// output_bytes / goodput.

/// "dads": DSL as it should be. Its network with what eq. (4) lacks added is exact2's, so this is
/// exact2 under the paper's name; failure and cost are exact2's too.
std::unique_ptr<Planner> make_dads();

/// "dads-as-published": eq. (4) as it is printed. Nothing stops data from flowing back to the
/// device, and doing so costs nothing; nor do the round trip, the queue and the result's way back.
/// The input is pinned to the device, which the paper shows in its figures but not in eq. (4):
/// without that nearly every answer is "all on the edge, nothing sent". Of equal cuts the one with
/// the fewest units on the edge.
/// The plan returned is priced honestly, values that come back to the device included, so its
/// predicted time, and whether it is feasible, may contradict the cut's value, by which exits are
/// chosen. No plan when the cut sends back what cannot travel, of which eq. (4) knows nothing.
std::unique_ptr<Planner> make_dads_as_published();

}  // namespace branchline::planner
