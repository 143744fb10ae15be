#pragma once

#include <optional>
#include <string>
#include <vector>

#include "framework/base/tier.h"
#include "framework/graph/layer_graph.h"

namespace branchline::graph {

/// The schema of GRAPH.json (docs/schemas.md).
inline constexpr const char* kGraphSchema = "branchline.graph/1";

/// GRAPH.json: one document, indented.
std::string to_json(const LayerGraph& graph);

/// Reads and validates. Hand-written files may give only id, name, time_ns, output_bytes and inputs
/// (unit ids, meaning output 0) per unit, and name, unit, accuracy per exit. Unknown fields are
/// ignored.
/// @throws InputError naming `where` and the field.
LayerGraph graph_from_json(const std::string& text, const std::string& where);

/// Graphviz text: units as boxes (colour by type), heads grouped, exits as double circles, cut
/// vertices bold. With a placement (a tier by unit id, nullopt: does not run): colour by tier,
/// units that do not run dashed, edges that cross between tiers red with their bytes.
std::string to_dot(const LayerGraph& graph, const std::vector<std::optional<Tier>>& placement = {});

}  // namespace branchline::graph
