#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include <memory>
#include <vector>

namespace branchline::model {

/// Gives every written graph input and constant a copy that takes the writes: a slice's caller and
/// the other slices see the original.
void protect_inputs(const std::shared_ptr<torch::jit::Graph>& graph);

/// Top-level nodes that may not be parted because of a write in place: for each storage that is
/// written, the writers, whatever makes a value that shares it, and the readers that come before
/// the last write.
std::vector<std::vector<torch::jit::Node*>> write_groups(
    const std::shared_ptr<torch::jit::Graph>& graph);

}  // namespace branchline::model
