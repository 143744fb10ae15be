#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include <cstdint>
#include <memory>

namespace branchline::slice {

/// How far a slice's graph is optimised, fastest first. When one turns out wrong the next serves.
enum class Form {
  packed,  ///< constants folded into convolutions, convolutions and linear layers on oneDNN's
           ///< packed weights and blocked layouts
  folded,  ///< constants folded into convolutions, everything else LibTorch's ordinary operators
  plain,   ///< as it was built
};

const char* name_of(Form form) noexcept;

/// The optimised copy of a slice's graph; its weights are prim::Constant nodes.
///
/// `packed` is what LibTorch's optimize_for_inference does, except for the operators that it gets
/// wrong: its hardswish, hardsigmoid, hardtanh (relu6) and clamp on blocked tensors handle only as
/// many elements as the tensor has logically, while a block of channels that is not full is padded
/// in memory, so the last elements stay as they were. They are kept out of the conversion unless
/// the number of channels is known to be a multiple of 16, the largest block.
/// @throws c10::Error when a pass fails.
std::shared_ptr<torch::jit::Graph> optimised_copy(const std::shared_ptr<torch::jit::Graph>& graph,
                                                  Form form);

/// Bytes of the constants that `graph` holds and `plain` does not: packed or folded weights.
std::int64_t bytes_of_new_constants(torch::jit::Graph& graph, torch::jit::Graph& plain);

}  // namespace branchline::slice
