#pragma once

#include "framework/graph/layer_graph.h"

namespace branchline::lab {

/// A network of `units` units whose outputs shrink towards its exit, without times. The same for
/// the same size everywhere. `units` >= 2.

/// Blocks of four units with a skip edge each: every fourth unit is a cut vertex.
///
///     0 ─► 1 ─► 2 ─► 3 ─► 4 ─► 5 ─► …
///     └─────────────────► ┘└─────────
graph::LayerGraph residual_network(int units);

/// Each unit reads its predecessor and one of the three before: next to no cut vertices.
graph::LayerGraph entangled_network(int units);

}  // namespace branchline::lab
