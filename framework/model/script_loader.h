#pragma once

#include <torch/csrc/jit/api/module.h>

#include <string>
#include <vector>

#include "framework/graph/tensor_spec.h"
#include "framework/model/model.h"

namespace branchline::model {

/// Reads a TorchScript archive and puts it into evaluation mode.
/// @throws InputError (InputKind::model) when the file is no TorchScript archive, needs an operator
/// that this
///         LibTorch does not have, or has no method `forward`.
torch::jit::Module load_script(const std::string& file);

/// Types and shapes of the tensors `forward` takes, batch 1: the options' shapes, else the
/// manifest's.
/// @throws InputError (InputKind::model) when neither gives them, their number is not that of
/// forward's arguments, a
///         dimension is not positive or the batch is not 1, or an argument without a default is no
///         tensor.
std::vector<graph::TensorSpec> network_inputs(const torch::jit::Module& module,
                                              const ModelManifest& manifest,
                                              const LoadOptions& options, const std::string& file);

/// The first line of a LibTorch message, without its source location: what a user can read.
std::string first_line(const std::string& message);

/// The tensors in a value that `forward` returned, in order: a tensor, or a tuple, list or dict of
/// them, nested. None elements are skipped. @throws InputError (InputKind::model) naming the type
/// of an element that is no tensor.
std::vector<at::Tensor> tensors_in(const c10::IValue& value, const std::string& file);

}  // namespace branchline::model
