#pragma once

#include <string>

#include "framework/graph/layer_graph.h"

namespace branchline::graph {

/// GRAPH.json, schema "branchline.graph/1" (docs/schemas.md). One document, indented.
std::string to_json(const LayerGraph& graph);

/// Reads and validates. Hand-written files may give only id, name, time_ns, output_bytes and inputs
/// (unit ids, meaning output 0) per unit, and name, unit, accuracy per exit. Unknown fields are
/// ignored.
/// @throws InputError naming `where` and the field.
LayerGraph graph_from_json(const std::string& text, const std::string& where);

/// Graphviz text: units as boxes (colour by type), heads grouped, exits as double circles, cut
/// vertices bold.
std::string to_dot(const LayerGraph& graph);

}  // namespace branchline::graph
