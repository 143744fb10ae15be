#pragma once

#include <string>
#include <vector>

#include "framework/graph/layer_graph.h"

namespace branchline::apps {

/// The graphs of well-known networks and of the shipped models, without times.
/// @throws InputError when one is not shipped with this program.
std::vector<graph::LayerGraph> shipped_graphs();

/// The graph of a GRAPH.json, or of a TorchScript file whose manifest gives its input's shape.
/// @throws InputError naming the file.
graph::LayerGraph graph_of_file(const std::string& path);

}  // namespace branchline::apps
