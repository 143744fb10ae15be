#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace torch::jit {
struct Module;
}

namespace branchline::branchy_models {

/// Runs forward(input) and returns the exits' tensors, earliest first: the elements of the tuple,
/// list or dict it returns, or the one tensor; None is no exit.
/// @throws InputError (InputKind::model) when forward fails or returns something else.
std::vector<at::Tensor> forward_exits(torch::jit::Module& module, const at::Tensor& input);

}  // namespace branchline::branchy_models
