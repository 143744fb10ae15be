#include "framework/slice/slice_compiler.h"

#include <c10/core/InferenceMode.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>
#include <torch/csrc/jit/passes/frozen_graph_optimizations.h>
#include <torch/csrc/jit/passes/frozen_linear_transpose.h>
#include <torch/csrc/jit/passes/frozen_ops_to_mkldnn.h>
#include <torch/csrc/jit/passes/graph_rewrite_helper.h>
#include <torch/csrc/jit/passes/remove_mutation.h>
#include <torch/csrc/jit/runtime/graph_executor.h>

#include <set>
#include <unordered_set>
#include <vector>

namespace branchline::slice {

using torch::jit::Block;
using torch::jit::Graph;
using torch::jit::Node;
using torch::jit::Value;

namespace {

// The largest block of channels in oneDNN's layouts for activations: 16 floats of AVX-512.
constexpr std::int64_t kLargestBlock = 16;

const std::unordered_set<c10::Symbol>& miscomputed_when_padded() {
  static const std::unordered_set<c10::Symbol> kinds = {
      c10::aten::hardswish, c10::aten::hardsigmoid, c10::aten::relu6,
      c10::aten::hardtanh,  c10::aten::clamp,
  };
  return kinds;
}

bool in_place_form_of_miscomputed(const Node* node) {
  static const std::unordered_set<c10::Symbol> kinds = {
      c10::aten::hardswish_, c10::aten::hardsigmoid_, c10::aten::relu6_,
      c10::aten::hardtanh_,  c10::aten::clamp_,
  };
  return kinds.count(node->kind()) != 0;
}

/// Channels of a value that a convolution made; 0 when it cannot be told.
std::int64_t channels_of(const Value* value) {
  const Node* node = value->node();
  switch (node->kind()) {
    case c10::aten::conv2d:
    case c10::aten::conv3d: {
      const auto weight = torch::jit::constant_as<at::Tensor>(node->input(1));
      return weight && weight->dim() > 0 ? weight->size(0) : 0;
    }
    case c10::aten::relu:
    case c10::aten::sigmoid:
    case c10::aten::dropout:
    case c10::aten::max_pool2d:
    case c10::aten::hardswish:
    case c10::aten::hardsigmoid:
    case c10::aten::relu6:
    case c10::aten::hardtanh:
    case c10::aten::clamp:
      return channels_of(node->input(0));
    default:
      return 0;
  }
}

void collect_fenced(Block* block, std::vector<Node*>& fenced) {
  for (Node* node : block->nodes()) {
    if (miscomputed_when_padded().count(node->kind()) != 0) {
      const std::int64_t channels = channels_of(node->input(0));
      if (channels == 0 || channels % kLargestBlock != 0) fenced.push_back(node);
    }
    for (Block* inner : node->blocks()) collect_fenced(inner, fenced);
  }
}

/// Puts an aten::alias, which the conversion cannot take, before each miscomputed operator.
std::vector<Node*> set_fences(Graph& graph) {
  std::vector<Node*> miscomputed;
  collect_fenced(graph.block(), miscomputed);
  std::vector<Node*> fences;
  for (Node* node : miscomputed) {
    Node* fence = graph.create(c10::aten::alias, {node->input(0)})->insertBefore(node);
    node->replaceInput(0, fence->output());
    fences.push_back(fence);
  }
  return fences;
}

void remove_fences(const std::vector<Node*>& fences) {
  for (Node* fence : fences) {
    fence->output()->replaceAllUsesWith(fence->input(0));
    fence->destroy();
  }
}

void pack(std::shared_ptr<Graph>& graph) {
  torch::jit::graph_rewrite_helper::replaceConvolutionWithAtenConv(graph);
  torch::jit::RemoveTensorMutation(graph, in_place_form_of_miscomputed);
  const std::vector<Node*> fences = set_fences(*graph);
  torch::jit::ConvertFrozenOpsToMKLDNN(graph);
  remove_fences(fences);
  torch::jit::FrozenLinearTranspose(graph);
}

template <typename Visit>
void visit_tensor_constants(Block* block, const Visit& visit) {
  for (Node* node : block->nodes()) {
    const bool constant =
        node->kind() == c10::prim::Constant || node->kind() == c10::prim::ConstantMKLDNNTensor;
    if (constant && node->hasAttribute(c10::attr::value) &&
        node->kindOf(c10::attr::value) == torch::jit::AttributeKind::t) {
      visit(node->t(c10::attr::value));
    }
    for (Block* inner : node->blocks()) visit_tensor_constants(inner, visit);
  }
}

}  // namespace

const char* name_of(Form form) noexcept {
  switch (form) {
    case Form::packed:
      return "packed";
    case Form::folded:
      return "folded";
    case Form::plain:
      break;
  }
  return "plain";
}

std::shared_ptr<Graph> optimised_copy(const std::shared_ptr<Graph>& graph, Form form) {
  // Packing asserts that autograd is out of the way, and weights loaded in inference mode do not
  // see to it themselves.
  const c10::InferenceMode no_gradients;
  std::shared_ptr<Graph> copy = graph->copy();
  if (form != Form::plain) torch::jit::OptimizeFrozenGraph(copy);
  if (form == Form::packed) pack(copy);
  torch::jit::runRequiredPasses(copy);
  torch::jit::EliminateDeadCode(copy);
  return copy;
}

std::int64_t bytes_of_new_constants(Graph& graph, Graph& plain) {
  std::set<const void*> shared;
  visit_tensor_constants(plain.block(), [&](const at::Tensor& tensor) {
    if (tensor.has_storage()) shared.insert(tensor.storage().data());
  });
  std::int64_t bytes = 0;
  visit_tensor_constants(graph.block(), [&](const at::Tensor& tensor) {
    if (tensor.has_storage() && !shared.insert(tensor.storage().data()).second) return;
    bytes += tensor.numel() * static_cast<std::int64_t>(tensor.element_size());
  });
  return bytes;
}

}  // namespace branchline::slice
