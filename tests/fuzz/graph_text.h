#pragma once

#include <algorithm>
#include <cstring>
#include <string>

#include "framework/base/error.h"
#include "framework/graph/graph_json.h"
#include "framework/graph/layer_graph.h"
#include "framework/graph/validate_graph.h"

namespace branchline::testing {

/// What must hold of any text whatsoever: it is read as a graph, or refused by an InputError of a
/// few lines. A graph that was read is valid, has all that is asked of a graph, and is read again
/// unchanged from what to_json writes of it.
///
/// @returns whether it is a graph. Anything thrown is a bug.
inline bool check_graph_text(const std::string& text) {
  graph::LayerGraph graph;
  try {
    graph = graph::graph_from_json(text, "any.json");
  } catch (const InputError& error) {
    BL_EXPECT(std::strlen(error.what()) < 1000, "a complaint longer than anyone reads");
    return false;
  }
  graph::validate_graph(graph, "what was read");
  for (const graph::Unit& unit : graph.units) {
    const bool fits = std::all_of(unit.outputs.begin(), unit.outputs.end(),
                                  [](const graph::TensorSpec& spec) { return spec.bytes() >= 0; });
    BL_EXPECT(fits, "an output of negative size");
  }
  for (int exit = 0; exit < graph.exit_count(); ++exit) {
    const auto cuts = graph::cut_vertices(graph, exit);
    const auto last = graph.exits[static_cast<std::size_t>(exit)].value.unit;
    BL_EXPECT(!cuts.empty() && cuts.front() == 0 && cuts.back() == last, "an exit without a path");
  }
  const std::string written = graph::to_json(graph);
  const graph::LayerGraph again = graph::graph_from_json(written, "what was written");
  BL_EXPECT(again == graph, "a graph that changes when it is written and read");
  BL_EXPECT(graph::to_json(again) == written, "a graph that is written differently again");
  BL_EXPECT(!graph::to_dot(graph).empty(), "a graph that cannot be drawn");
  return true;
}

}  // namespace branchline::testing
