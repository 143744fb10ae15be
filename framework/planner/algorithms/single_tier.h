#pragma once

#include <memory>

#include "framework/planner/planner.h"

namespace branchline::planner {

/// "device-only": every unit of the exit on the device; no link is used. Two or three tiers. No
/// plan when the device cannot run a unit. O(n).
std::unique_ptr<Planner> make_device_only();

/// "edge-only": every unit of the exit but the input on the edge, the whole input sent up. Two or
/// three tiers (the cloud stays unused). No plan when the edge cannot run a unit. O(n + m).
std::unique_ptr<Planner> make_edge_only();

}  // namespace branchline::planner
