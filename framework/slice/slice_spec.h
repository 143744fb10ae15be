#pragma once

#include <vector>

#include "framework/base/unit_ranges.h"
#include "framework/graph/layer_graph.h"

namespace branchline::slice {

using graph::ValueId;

/// What a slice is: a convex set of units and the values it must hand out, ascending. Its inputs
/// follow from it.
struct SliceSpec {
  UnitRanges units;
  std::vector<ValueId> outputs;

  friend bool operator==(const SliceSpec& a, const SliceSpec& b) {
    return a.units == b.units && a.outputs == b.outputs;
  }
};

/// The values that the units read and do not produce, ascending: what a slice of these units takes
/// as input. Unit 0's outputs are read, never computed, so they stand here whenever a unit reads
/// them.
std::vector<ValueId> inputs_of(const graph::LayerGraph& graph, const UnitRanges& units);

/// The spec of `units` when `later` is what runs after them elsewhere: outputs are the values that
/// `later` reads plus the logits of `exits` (indices from 0) that the units produce. Unit 0's
/// outputs are nobody's product: who runs `later` gets them from the request.
SliceSpec slice_between(const graph::LayerGraph& graph, const UnitRanges& units,
                        const UnitRanges& later, const std::vector<int>& exits);

/// @throws std::logic_error naming the units when `spec` has units the graph has not, when data
/// would leave the set and come back (not convex), or when an output is not one of its units'.
void check_spec(const graph::LayerGraph& graph, const SliceSpec& spec);

}  // namespace branchline::slice
