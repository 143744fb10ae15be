#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/runtime/interpreter.h>

#include <memory>
#include <string>
#include <vector>

namespace branchline::slice {

/// A graph made runnable. It drives LibTorch's interpreter without the graph executor: that one
/// profiles and recompiles during the first two runs, and here these would be requests.
/// run() is safe from several threads at once.
class GraphRunner {
 public:
  /// @param name  what messages call it, e.g. "units 0-7"
  GraphRunner(std::shared_ptr<torch::jit::Graph> graph, std::string name);

  /// @param inputs  one per graph input, as they cross a cut
  /// @returns one contiguous tensor per graph output; no later run writes into them
  /// @throws RunError with the name and what LibTorch says.
  std::vector<at::Tensor> run(const std::vector<at::Tensor>& inputs) const;

 private:
  std::shared_ptr<torch::jit::Graph> graph_;
  std::string name_;
  torch::jit::Code code_;
};

/// LibTorch's message without the stack of its own source lines: the first line that says
/// something.
std::string torch_message(const std::exception& error);

}  // namespace branchline::slice
