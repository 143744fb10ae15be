#pragma once

#include <cstdint>
#include <vector>

#include "framework/graph/layer_graph.h"
#include "framework/slice/slice.h"

namespace branchline::profile {

/// What exit number `exit` (from 0) needs, as slices: the whole, and it divided behind any unit.
/// Unit 0 is never part of a slice. Stateless.

slice::SliceSpec whole_of(const graph::LayerGraph& graph, int exit);

/// Units up to and with `unit`, which need not be a cut vertex; outputs are what the rest reads.
slice::SliceSpec prefix_of(const graph::LayerGraph& graph, int exit, std::int32_t unit);

/// The units behind `unit`; the output is the exit's logits.
slice::SliceSpec suffix_of(const graph::LayerGraph& graph, int exit, std::int32_t unit);

/// One unit by itself, handing out all that any other unit or exit reads.
slice::SliceSpec alone(const graph::Unit& unit);

/// Whether all that crosses behind `unit` can travel in a frame.
bool can_divide(const graph::LayerGraph& graph, int exit, std::int32_t unit);

}  // namespace branchline::profile
