#pragma once

#include <string>

#include "framework/graph/layer_graph.h"

namespace branchline::graph {

/// Checks every invariant of LayerGraph (ids, order, references, exits, non-negative bytes and
/// times, as many times as tiers, unit 0 not null on the device).
/// @throws InputError naming `where` and the unit or exit.
void validate_graph(const LayerGraph& graph, const std::string& where);

}  // namespace branchline::graph
