#pragma once

#include "apps/lab/experiments/traces/trace_case.h"
#include "apps/lab/experiments/traces/trace_setting.h"

namespace branchline::testing {

/// The tiny network (tiny_network.h) at five frames a second with 150 ms each: its deepest exit
/// takes 180 ms on the device and 2 ms on the edge; exits 1, 2 and 3 are right on 60, 80 and 90 %
/// of fifty pictures, whatever crossed.
lab::TraceSetting sample_setting();

/// As fast up as down, for ten seconds, 5 ms away.
lab::TraceCase steady_trace(double bytes_per_s);

}  // namespace branchline::testing
