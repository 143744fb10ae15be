#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include <memory>
#include <string>
#include <vector>

namespace branchline::model {

/// Replaces the graph's one output (tensor, or tuple, list or dict of them, nested) by one output
/// per exit. None elements are no exits. An output that is a model input, or the same value as an
/// earlier exit, becomes a copy.
/// @param seen  what forward returned in a run
/// @returns the exits' names: a dict's keys, else empty.
/// @throws InputError (InputKind::model) naming an element that is no tensor, or an exit that no
/// input reaches.
std::vector<std::string> lower_exits(const std::shared_ptr<torch::jit::Graph>& graph,
                                     const c10::IValue& seen, const std::string& file);

}  // namespace branchline::model
