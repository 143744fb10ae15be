#include "script_text.h"

#include <torch/csrc/jit/passes/constant_propagation.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>
#include <torch/csrc/jit/passes/inliner.h>

#include <map>

namespace branchline::testing {

torch::jit::Module script_module(const std::string& forward,
                                 const std::vector<at::Tensor>& weights) {
  torch::jit::Module module("slice_test");
  for (std::size_t i = 0; i < weights.size(); ++i) {
    std::string name = "w";
    name += std::to_string(i);
    module.register_parameter(name, weights[i], false);
  }
  module.register_attribute("training", c10::BoolType::get(), true);
  module.define(forward);
  module.eval();
  return module;
}

std::shared_ptr<torch::jit::Graph> frozen_graph(const torch::jit::Module& module) {
  const torch::jit::Module frozen = torch::jit::freeze(module, c10::nullopt, false);
  std::shared_ptr<torch::jit::Graph> graph = frozen.get_method("forward").graph()->copy();
  torch::jit::Inline(*graph);
  torch::jit::ConstantPropagation(graph);
  torch::jit::EliminateDeadCode(graph);
  if (graph->inputs()[0]->uses().empty()) graph->eraseInput(0);
  return graph;
}

NodeUnits unit_per_node(const std::shared_ptr<torch::jit::Graph>& graph) {
  NodeUnits made;
  made.units.graph = graph;
  std::map<torch::jit::Value*, graph::ValueId> ids;
  const auto add_unit = [&](torch::jit::Node* node, at::ArrayRef<torch::jit::Value*> outputs) {
    graph::Unit unit;
    unit.id = static_cast<std::int32_t>(made.layers.units.size());
    unit.name = "unit" + std::to_string(unit.id);
    for (torch::jit::Value* input :
         node == nullptr ? at::ArrayRef<torch::jit::Value*>{} : node->inputs()) {
      if (ids.count(input) != 0) unit.inputs.push_back(ids.at(input));
    }
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      ids[outputs[i]] = {unit.id, static_cast<std::int32_t>(i)};
      unit.outputs.emplace_back();
    }
    made.layers.units.push_back(unit);
    made.units.nodes.push_back(node == nullptr ? std::vector<torch::jit::Node*>{}
                                               : std::vector<torch::jit::Node*>{node});
    made.units.outputs.push_back(outputs.vec());
  };
  add_unit(nullptr, graph->inputs());
  for (torch::jit::Node* node : graph->nodes()) {
    if (node->kind() != c10::prim::Constant) add_unit(node, node->outputs());
  }
  for (torch::jit::Value* output : graph->outputs()) {
    made.layers.exits.push_back({"exit", ids.at(output), {}});
  }
  return made;
}

}  // namespace branchline::testing
