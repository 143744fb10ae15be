#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "framework/planner/plan_request.h"

namespace branchline::planner {

/// The one cost model: latency of a placement, in integer nanoseconds (each transfer is rounded to
/// the nearest one). Sum of compute on the chosen tiers + each producer once per hop it crosses
/// (relayed by the edge between device and cloud; one charge however many consumers wait) + per hop
/// used: one round trip and the result's download when the exit is remote + edge_queue once when
/// anything is remote. Any direction may be priced: Edgent's plans run the front on the edge and
/// the tail on the device.
/// @param tier  by unit id; nullopt exactly for the units the exit does not need; unit 0 on the
/// device
/// @returns nullopt when a unit stands on a tier that cannot run it or a value that cannot travel
/// would cross.
std::optional<Plan> price_plan(const PlanRequest& request, int exit,
                               std::vector<std::optional<Tier>> tier);

/// Order between plans of equal exit: less predicted time, then fewer uplink bytes, then the lower
/// set of remote unit ids compared element by element (so ties break the same way everywhere).
bool better(const Plan& a, const Plan& b);

/// Time `bytes` take at `bytes_per_s`, rounded to the nearest nanosecond; saturates instead of
/// overflowing.
Nanoseconds transfer_time(std::int64_t bytes, double bytes_per_s);

}  // namespace branchline::planner
