#pragma once

#include <optional>

#include "framework/planner/plan_request.h"

namespace branchline::planner {

/// What the device draws on top of idling.
struct DevicePower {
  double compute_watts = 0;  ///< while it computes, encodes or decodes
  double radio_watts = 0;    ///< while it sends
};

/// Joules that one request costs the device: compute power times its computing time plus radio
/// power times the uplink's time. @param plan  of this request
double device_energy(const PlanRequest& request, const Plan& plan, const DevicePower& power);

/// Placement and codecs of least device_energy + `joules_per_s` * predicted latency, over two or
/// three tiers: energy alone with 0, the quickest plan with a very large number, what a second is
/// worth in between. One min-cut, exact: both are sums over the same choices. Powers and
/// joules_per_s count in whole milliwatts.
/// @param exit  index from 0, checked; deadline and caps do not count
/// @returns of equals the one with the fewest remote units; nullopt if no placement can run.
/// @throws InputError when a power is negative or above 10^9 W.
std::optional<Plan> least_energy_plan(const PlanRequest& request, int exit,
                                      const DevicePower& power, double joules_per_s = 0);

}  // namespace branchline::planner
