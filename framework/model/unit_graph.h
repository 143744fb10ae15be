#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include <memory>
#include <vector>

namespace branchline::model {

/// The functionalised `forward` and which of its nodes belong to which unit. Read-only once built:
/// slices clone nodes.
///
/// The graph's inputs are the model's inputs (no `self`: weights are prim::Constant). With an image
/// input the graph starts with the nodes of the normalisation and its input is the u8 NHWC picture.
/// Its outputs are the exits' logits.
struct UnitGraph {
  std::shared_ptr<torch::jit::Graph> graph;
  /// Nodes by unit id, in topological order. Unit 0 has none: its outputs are the graph's inputs.
  /// prim::Constant nodes belong to no unit; a slice clones those that it uses.
  std::vector<std::vector<torch::jit::Node*>> nodes;
  /// Values by ValueId: outputs[unit][index]. Tensors, or int, float, bool and int[] values, which
  /// cross a cut as 0- or 1-dimensional i64, f64 or boolean tensors (the slice converts at its
  /// boundary).
  std::vector<std::vector<torch::jit::Value*>> outputs;
};

}  // namespace branchline::model
