#pragma once

#include <torch/csrc/jit/api/module.h>

#include <memory>
#include <string>
#include <vector>

#include "framework/graph/tensor_spec.h"

namespace branchline::model {

/// `forward` without modules, calls, dropout, folded control flow and, where that is possible,
/// without writes.
struct FunctionalGraph {
  std::shared_ptr<torch::jit::Graph>
      graph;                            ///< inputs: the network's; outputs: one tensor per exit
  std::vector<std::string> exit_names;  ///< a dict's keys; empty strings otherwise
  bool follows_batch =
      false;  ///< it ran with a batch of 2: no dimension holds the batch as a constant
};

/// The pipeline of passes that framework/model/README.md lists. The module must be in evaluation
/// mode.
/// @param seen  what the module returned for an input of these shapes
/// @throws InputError (InputKind::model) naming the operator, input or output that cannot be
/// handled.
FunctionalGraph build_graph(const torch::jit::Module& module,
                            const std::vector<graph::TensorSpec>& inputs, const c10::IValue& seen,
                            const std::string& file);

}  // namespace branchline::model
