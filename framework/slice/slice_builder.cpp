#include "framework/slice/slice_builder.h"

#include <torch/csrc/jit/ir/alias_analysis.h>

#include <algorithm>
#include <string>
#include <unordered_map>

#include "framework/base/error.h"

namespace branchline::slice {

using torch::jit::Graph;
using torch::jit::Node;
using torch::jit::Value;

namespace {

Value* torch_value(const model::UnitGraph& units, const ValueId& id) {
  return units.outputs.at(static_cast<std::size_t>(id.unit)).at(static_cast<std::size_t>(id.index));
}

/// Copies nodes of the model's graph into the slice's.
class NodeCloner {
 public:
  explicit NodeCloner(Graph& target) : target_(target) {}

  void add_input(Value* original) {
    Value* input = target_.addInput();
    input->setType(original->type());
    clones_[original] = input;
  }

  void clone(Node* original) {
    Node* node = target_.createClone(original, [this](Value* value) { return clone_of(value); });
    target_.appendNode(node);
    for (std::size_t i = 0; i < original->outputs().size(); ++i) {
      clones_[original->output(i)] = node->output(i);
    }
  }

  Value* clone_of(Value* original) {
    const auto found = clones_.find(original);
    if (found != clones_.end()) return found->second;
    BL_EXPECT(original->node()->kind() == c10::prim::Constant,
              "value %" + original->debugName() + " of " + original->node()->kind().toQualString() +
                  " belongs to no unit that is given");
    Node* constant = target_.createClone(original->node(), [](Value* value) { return value; });
    target_.prependNode(constant);
    return clones_[original] = constant->output();
  }

 private:
  Graph& target_;
  std::unordered_map<Value*, Value*> clones_;
};

void protect_from_writes(const std::shared_ptr<Graph>& graph) {
  const torch::jit::AliasDb aliases(graph);
  std::vector<Value*> written;
  for (Value* input : graph->inputs()) {
    if (aliases.hasWriters(input)) written.push_back(input);
  }
  for (Node* node : graph->nodes()) {
    if (node->kind() == c10::prim::Constant && aliases.hasWriters(node->output())) {
      written.push_back(node->output());
    }
  }
  for (Value* value : written) {
    Node* first = *graph->nodes().begin();
    const bool is_input = value->node()->kind() == c10::prim::Param;
    torch::jit::WithInsertPoint here(is_input ? first : value->node()->next());
    Value* none = graph->insertConstant(c10::IValue());
    Node* copy = graph->insertNode(graph->create(c10::aten::clone, {value, none}));
    copy->output()->setType(value->type());
    value->replaceAllUsesAfterNodeWith(copy, copy->output());
  }
}

}  // namespace

SliceGraph build_slice_graph(const graph::LayerGraph& layers, const model::UnitGraph& units,
                             const SliceSpec& spec) {
  SliceGraph slice{std::make_shared<Graph>(), inputs_of(layers, spec.units)};
  for (const ValueId& value : spec.outputs) {
    // Unit 0 inside: the request's own tensor is passed straight through.
    if (value.unit == 0) slice.inputs.push_back(value);
  }
  std::sort(slice.inputs.begin(), slice.inputs.end());
  slice.inputs.erase(std::unique(slice.inputs.begin(), slice.inputs.end()), slice.inputs.end());

  NodeCloner cloner(*slice.graph);
  for (const ValueId& value : slice.inputs) cloner.add_input(torch_value(units, value));
  for (const std::int32_t id : to_units(spec.units)) {
    for (Node* node : units.nodes.at(static_cast<std::size_t>(id))) cloner.clone(node);
  }
  for (const ValueId& value : spec.outputs) {
    slice.graph->registerOutput(cloner.clone_of(torch_value(units, value)));
  }
  protect_from_writes(slice.graph);
  return slice;
}

}  // namespace branchline::slice
