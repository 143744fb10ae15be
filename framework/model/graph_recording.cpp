#include "framework/model/graph_recording.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <torch/csrc/jit/runtime/interpreter.h>

#include "framework/base/error.h"
#include "framework/model/tensor_bridge.h"

namespace branchline::model {
namespace {

using torch::jit::Graph;
using torch::jit::Node;
using torch::jit::Value;

c10::TypePtr recorded_type(const at::Tensor& single, const at::Tensor* pair) {
  std::vector<c10::optional<std::int64_t>> sizes(single.sizes().begin(), single.sizes().end());
  if (pair != nullptr && pair->dim() == single.dim()) {
    for (std::size_t d = 0; d < sizes.size(); ++d) {
      if (pair->size(static_cast<std::int64_t>(d)) != *sizes[d]) sizes[d] = c10::nullopt;
    }
  }
  const bool rank_follows_batch = pair != nullptr && pair->dim() != single.dim();
  return c10::TensorType::create(
      single.scalar_type(), single.device(),
      rank_follows_batch ? c10::SymbolicShape() : c10::SymbolicShape(sizes),
      c10::VaryingShape<c10::Stride>(), /*requires_grad=*/false);
}

void set_recorded_type(Value* value, const Recording& single, const Recording& pair) {
  const auto seen = single.find(value);
  if (seen == single.end() || !seen->second.isTensor() || !seen->second.toTensor().defined())
    return;
  if (value->type()->kind() != c10::TypeKind::TensorType) return;
  const auto other = pair.find(value);
  const bool has_other =
      other != pair.end() && other->second.isTensor() && other->second.toTensor().defined();
  value->setType(
      recorded_type(seen->second.toTensor(), has_other ? &other->second.toTensor() : nullptr));
}

}  // namespace

Recording record_run(const std::shared_ptr<Graph>& graph, const std::vector<at::Tensor>& inputs) {
  // The copy returns every value of the graph; the interpreter then keeps them all.
  const std::shared_ptr<Graph> copy = graph->copy();
  while (!copy->outputs().empty()) copy->eraseOutput(copy->outputs().size() - 1);
  std::vector<const Value*> recorded;
  auto original = graph->nodes().begin();
  for (Node* node : copy->nodes()) {
    const Node* const source = *original;
    ++original;
    if (node->kind() == torch::jit::prim::Constant) continue;
    for (std::size_t i = 0; i < node->outputs().size(); ++i) {
      copy->registerOutput(node->outputs()[i]);
      recorded.push_back(source->outputs()[i]);
    }
  }
  torch::jit::Stack stack(inputs.begin(), inputs.end());
  torch::jit::Code code(copy, "record");
  torch::jit::InterpreterState(code).run(stack);
  BL_EXPECT(stack.size() == recorded.size(), "the recorded run lost values");
  Recording recording;
  for (std::size_t i = 0; i < recorded.size(); ++i)
    recording.emplace(recorded[i], std::move(stack[i]));
  for (std::size_t i = 0; i < inputs.size(); ++i) recording.emplace(graph->inputs()[i], inputs[i]);
  return recording;
}

std::vector<at::Tensor> sample_inputs(const std::vector<graph::TensorSpec>& specs,
                                      std::uint64_t seed) {
  auto generator = at::make_generator<at::CPUGeneratorImpl>(seed);
  std::vector<at::Tensor> inputs;
  for (const graph::TensorSpec& spec : specs) {
    const auto type = static_cast<at::ScalarType>(scalar_type_of(spec.type));
    const bool real = at::isFloatingType(type);
    const std::int64_t values = spec.type == DType::u8 ? 256 : 2;
    const at::Tensor sample = real ? at::randn(spec.shape, generator, at::kFloat)
                                   : at::randint(values, spec.shape, generator, at::kLong);
    inputs.push_back(sample.to(type));
  }
  return inputs;
}

void set_recorded_types(Graph& graph, const Recording& single, const Recording& pair) {
  for (Value* input : graph.inputs()) set_recorded_type(input, single, pair);
  for (Node* node : graph.nodes()) {
    for (Value* output : node->outputs()) set_recorded_type(output, single, pair);
  }
}

}  // namespace branchline::model
