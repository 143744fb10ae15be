#pragma once

#include <memory>

#include "framework/planner/planner.h"

namespace branchline::planner {

/// "edge-only": every unit of the exit but the input on the edge, the whole input sent up. Two or
/// three tiers (the cloud stays unused). No plan when the edge cannot run a unit. O(n + m).
std::unique_ptr<Planner> make_edge_only();

}  // namespace branchline::planner
