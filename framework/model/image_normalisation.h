#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/ir/ir.h>

#include <memory>
#include <vector>

#include "framework/graph/tensor_spec.h"
#include "framework/model/model_manifest.h"

namespace branchline::model {

/// `(x / 255 - mean) / std` of a u8 {N, H, W, C} picture, as f32 {N, C, H, W}, the way a user would
/// write it.
at::Tensor normalise_picture(const at::Tensor& picture, const InputManifest& manifest);

/// Puts the same before the graph, as nodes, for every input that the manifest declares an image;
/// that input becomes the u8 picture. @returns the nodes, a group per image.
std::vector<std::vector<torch::jit::Node*>> prepend_normalisation(
    const std::shared_ptr<torch::jit::Graph>& graph, const std::vector<InputManifest>& manifest);

/// The inputs as slices take them: an image {1, C, H, W} is u8 {1, H, W, C}.
std::vector<graph::TensorSpec> picture_specs(std::vector<graph::TensorSpec> network,
                                             const std::vector<InputManifest>& manifest);

}  // namespace branchline::model
