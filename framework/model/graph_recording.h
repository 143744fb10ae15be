#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/ir/ir.h>

#include <memory>
#include <unordered_map>
#include <vector>

#include "framework/graph/tensor_spec.h"

namespace branchline::model {

/// What every value at the top level of a graph (constants aside) held in one run.
using Recording = std::unordered_map<const torch::jit::Value*, c10::IValue>;

/// Runs the graph once, unoptimised, and keeps every value. Memory: all feature maps at once.
/// @throws c10::Error or std::runtime_error as the failing operator does.
Recording record_run(const std::shared_ptr<torch::jit::Graph>& graph,
                     const std::vector<at::Tensor>& inputs);

/// Inputs that look like data: f32 from a normal distribution, u8 pixels 0..255, integers 0..1.
/// Deterministic in `seed`; no global generator is touched.
std::vector<at::Tensor> sample_inputs(const std::vector<graph::TensorSpec>& specs,
                                      std::uint64_t seed);

/// Gives the graph's tensor values the types seen in the run `single` (batch 1); dimensions that
/// `pair` (batch 2, may be empty) shows to follow the batch stay unknown, so that no later pass
/// folds them.
void set_recorded_types(torch::jit::Graph& graph, const Recording& single, const Recording& pair);

}  // namespace branchline::model
