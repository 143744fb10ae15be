#pragma once

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

#include <memory>
#include <string>

namespace branchline::model {

/// The freezer keeps every attribute once it cannot rule out a write into one of them; after
/// inlining the data flow is plain, so what is left of `self.x.y` becomes a constant here.
/// @throws InputError (InputKind::model) naming an attribute that forward changes.
void resolve_attributes(const std::shared_ptr<torch::jit::Graph>& graph,
                        const torch::jit::Module& module, const std::string& file);

}  // namespace branchline::model
