#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include <memory>

namespace branchline::model {

/// Dictionaries that are only written and read with constant keys disappear; one that is returned
/// is built once, with its final entries.
void lower_dicts(const std::shared_ptr<torch::jit::Graph>& graph);

/// A list that grows (`append`) between reads becomes, for each read, a list of what it held then.
void lower_lists(const std::shared_ptr<torch::jit::Graph>& graph);

}  // namespace branchline::model
