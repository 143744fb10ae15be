#include "framework/model/image_normalisation.h"

#include <ATen/ATen.h>

#include "framework/base/error.h"

namespace branchline::model {
namespace {

using torch::jit::Graph;
using torch::jit::Node;
using torch::jit::Value;
namespace aten = torch::jit::aten;

/// {1, C, 1, 1}, to broadcast over a picture.
at::Tensor per_channel(const std::vector<float>& values) {
  return at::tensor(values, at::kFloat).view({1, -1, 1, 1});
}

std::vector<Node*> prepend_one(Graph& graph, std::size_t input, const InputManifest& manifest) {
  Value* const network_input = graph.inputs()[input];
  Value* const picture = graph.insertInput(input, "picture" + std::to_string(input));
  picture->setType(c10::TensorType::create(at::kByte, at::kCPU,
                                           c10::SymbolicShape(c10::optional<std::size_t>(4)),
                                           c10::VaryingShape<c10::Stride>(4), false));
  const torch::jit::WithInsertPoint at_start(*graph.nodes().begin());
  // One multiplication and one addition instead of a division, a subtraction and a division.
  const at::Tensor scale = 1.0 / (255.0 * per_channel(manifest.std));
  const at::Tensor shift = -per_channel(manifest.mean) / per_channel(manifest.std);
  Value* const planes =
      graph.insert(aten::permute, {picture, std::vector<std::int64_t>{0, 3, 1, 2}});
  Value* const real = graph.insert(aten::to, {planes, static_cast<std::int64_t>(at::kFloat)});
  Value* const dense = graph.insert(aten::contiguous, {real});
  Value* const scaled = graph.insert(aten::mul, {dense, scale});
  Value* const shifted = graph.insert(aten::add, {scaled, shift});
  network_input->replaceAllUsesWith(shifted);
  graph.eraseInput(input + 1);
  return {planes->node(), real->node(), dense->node(), scaled->node(), shifted->node()};
}

}  // namespace

at::Tensor normalise_picture(const at::Tensor& picture, const InputManifest& manifest) {
  const at::Tensor scaled = picture.permute({0, 3, 1, 2}).to(at::kFloat).div(255.0);
  return scaled.sub(per_channel(manifest.mean)).div(per_channel(manifest.std)).contiguous();
}

std::vector<std::vector<Node*>> prepend_normalisation(const std::shared_ptr<Graph>& graph,
                                                      const std::vector<InputManifest>& manifest) {
  std::vector<std::vector<Node*>> groups;
  for (std::size_t i = 0; i < manifest.size(); ++i) {
    if (manifest[i].is_image) groups.push_back(prepend_one(*graph, i, manifest[i]));
  }
  return groups;
}

std::vector<graph::TensorSpec> picture_specs(std::vector<graph::TensorSpec> network,
                                             const std::vector<InputManifest>& manifest) {
  for (std::size_t i = 0; i < manifest.size(); ++i) {
    if (!manifest[i].is_image) continue;
    const Shape& planes = network[i].shape;
    BL_EXPECT(planes.size() == 4, "an image input has four dimensions");
    network[i] = {DType::u8, {planes[0], planes[2], planes[3], planes[1]}};
  }
  return network;
}

}  // namespace branchline::model
