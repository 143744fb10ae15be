#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include <memory>
#include <vector>

#include "framework/model/unit_graph.h"
#include "framework/slice/slice_spec.h"

namespace branchline::slice {

/// A slice as a graph of its own, not yet optimised.
struct SliceGraph {
  std::shared_ptr<torch::jit::Graph> graph;
  std::vector<ValueId> inputs;  ///< the graph's inputs, in this order
};

/// Clones the nodes of `spec.units` and the constants they use; values that come from outside
/// become inputs, `spec.outputs` become outputs. Weights share their storage with the model. A
/// boundary value or a weight that an operator of the slice would write into is copied first, so
/// that nobody else sees the write.
///
/// @param spec  checked with check_spec()
/// @throws std::logic_error when a node reads a value that is neither the slice's, an input nor a
/// constant.
SliceGraph build_slice_graph(const graph::LayerGraph& layers, const model::UnitGraph& units,
                             const SliceSpec& spec);

}  // namespace branchline::slice
