#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include <string>

namespace branchline::model {

/// Refuses what cannot be cut into slices and give the same answer every time: operators that draw
/// random numbers, Python operators, custom classes, modules that change their own state.
/// @throws InputError (InputKind::model) naming the operator.
void check_operators(const torch::jit::Graph& graph, const std::string& file);

}  // namespace branchline::model
