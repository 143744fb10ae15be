#pragma once

#include <cstdint>
#include <vector>

#include "framework/graph/layer_graph.h"

namespace branchline::planner {

/// The graph with some units kept on the device, for privacy: no other tier can run them any more
/// (their time there becomes null), so that every planner obeys. Where no data flows back, what
/// they read stays on the device too. Their outputs may still be sent: to keep those at home pin
/// their readers.
/// @param units  ids
/// @throws InputError naming the unit, if there is no such one. O(n).
graph::LayerGraph pinned_to_device(graph::LayerGraph graph, const std::vector<std::int32_t>& units);

}  // namespace branchline::planner
