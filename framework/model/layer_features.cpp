#include "framework/model/layer_features.h"

#include <unordered_set>

namespace branchline::model {
namespace {

using torch::jit::Node;
using torch::jit::Value;

at::Tensor tensor_of(const Value* value, const Recording& recording) {
  const auto seen = recording.find(value);
  const c10::optional<torch::jit::IValue> constant = torch::jit::toIValue(value);
  if (constant) return constant->isTensor() ? constant->toTensor() : at::Tensor();
  return seen != recording.end() && seen->second.isTensor() ? seen->second.toTensor()
                                                            : at::Tensor();
}

void add_weights(const Node& node, std::unordered_set<const Value*>& counted,
                 graph::LayerFeatures& features) {
  for (const Value* input : node.inputs()) {
    const c10::optional<torch::jit::IValue> constant = torch::jit::toIValue(input);
    if (!constant || !constant->isTensor() || !counted.insert(input).second) continue;
    features.weight_bytes += static_cast<std::int64_t>(constant->toTensor().nbytes());
  }
  for (const torch::jit::Block* block : node.blocks()) {
    for (const Node* inner : block->nodes()) add_weights(*inner, counted, features);
  }
}

/// Product of the strides; they stand as an int[] constant behind the bias.
double stride_area(const Node& conv) {
  const c10::optional<torch::jit::IValue> stride = torch::jit::toIValue(conv.inputs()[3]);
  if (!stride || !stride->isIntList()) return 1;
  double area = 1;
  for (const std::int64_t step : stride->toIntVector()) area *= static_cast<double>(step);
  return area;
}

void add_convolution(const Node& node, const Recording& recording, graph::LayerFeatures& features) {
  const at::Tensor weight = tensor_of(node.inputs()[1], recording);
  const at::Tensor input = tensor_of(node.inputs()[0], recording);
  const at::Tensor output = tensor_of(node.output(), recording);
  if (!weight.defined() || !input.defined() || !output.defined() || weight.size(0) == 0) return;
  const bool transposed =
      std::string(node.kind().toUnqualString()).find("transpose") != std::string::npos;
  // A weight holds, per output channel (transposed: per input channel), the taps of one position.
  const std::int64_t taps = weight.numel() / weight.size(0);
  features.macs += (transposed ? input.numel() : output.numel()) * taps;
  std::int64_t filter_size = 1;
  for (std::int64_t d = 2; d < weight.dim(); ++d) filter_size *= weight.size(d);
  const auto filters = static_cast<double>(transposed ? weight.size(1) : weight.size(0));
  features.filter_term += static_cast<double>(filter_size) / stride_area(node) * filters;
}

/// Products of matrices: every output element sums over the last dimension of the left operand.
void add_product(const Node& node, std::size_t left, const Recording& recording,
                 graph::LayerFeatures& features) {
  const at::Tensor a = tensor_of(node.inputs()[left], recording);
  const at::Tensor output = tensor_of(node.output(), recording);
  if (!a.defined() || !output.defined() || a.dim() == 0) return;
  features.macs += output.numel() * a.size(-1);
}

void add_attention(const Node& node, const Recording& recording, graph::LayerFeatures& features) {
  const at::Tensor query = tensor_of(node.inputs()[0], recording);
  if (!query.defined() || query.dim() != 3) return;
  const std::int64_t length = query.size(1);
  const std::int64_t width = query.size(2);
  features.macs += query.size(0) * length * width * (4 * width + 2 * length);
}

}  // namespace

graph::LayerFeatures features_of(const std::vector<Node*>& nodes, const Recording& recording) {
  graph::LayerFeatures features;
  std::unordered_set<const Value*> counted;
  for (const Node* node : nodes) {
    add_weights(*node, counted, features);
    const std::string name = node->kind().toUnqualString();
    if (name.rfind("conv", 0) == 0 && node->inputs().size() > 3)
      add_convolution(*node, recording, features);
    if (name == "linear" || name == "matmul" || name == "mm" || name == "bmm")
      add_product(*node, 0, recording, features);
    if (name == "addmm" || name == "baddbmm") add_product(*node, 1, recording, features);
    if (name == "_native_multi_head_attention") add_attention(*node, recording, features);
  }
  return features;
}

}  // namespace branchline::model
