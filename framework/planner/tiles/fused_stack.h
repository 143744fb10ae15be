#pragma once

#include <cstdint>
#include <vector>

#include "framework/planner/tiles/spatial_graph.h"

namespace branchline::planner::tiles {

/// The layers through which everything flows: every way from the input to the output passes them,
/// so their maps alone can be cut into tiles or merged from them. Ascending; the input (0) and the
/// last layer are among them. A group of fused layers reaches from one to a later one.
/// @param graph  with inferred shapes. O(layers + edges).
std::vector<std::int32_t> fusion_points(const SpatialGraph& graph);

/// The layers behind `source` up to `sink` as a graph of its own, whose input is source's map.
/// @param source, sink  fusion points, source < sink. O(layers + edges).
SpatialGraph fused_stack(const SpatialGraph& graph, std::int32_t source, std::int32_t sink);

}  // namespace branchline::planner::tiles
