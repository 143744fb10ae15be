#include "tests/framework/model/script_file.h"

#include <gtest/gtest.h>
#include <torch/csrc/jit/runtime/interpreter.h>
#include <torch/script.h>
#include <unistd.h>

#include <filesystem>
#include <map>

#include "framework/base/error.h"
#include "framework/model/unit_graph.h"

namespace branchline::testing {
namespace {

using torch::jit::Graph;
using torch::jit::Node;
using torch::jit::Value;

using Values = std::map<const Value*, c10::IValue>;

/// The unit as a graph: constants are cloned, every other value from outside becomes an input.
class UnitRun {
 public:
  explicit UnitRun(const Values& known) : known_(known), graph_(std::make_shared<Graph>()) {}

  std::vector<c10::IValue> run(const std::vector<Node*>& nodes,
                               const std::vector<Value*>& outputs) {
    for (Node* node : nodes) {
      Node* const copy = graph_->createClone(node, [&](Value* value) { return inside(value); });
      graph_->appendNode(copy);
      for (std::size_t i = 0; i < node->outputs().size(); ++i) {
        copies_[node->outputs()[i]] = copy->outputs()[i];
      }
    }
    for (const Value* output : outputs) graph_->registerOutput(copies_.at(output));
    torch::jit::Code code(graph_, "unit");
    torch::jit::InterpreterState(code).run(stack_);
    return stack_;
  }

 private:
  Value* inside(Value* value) {
    const auto found = copies_.find(value);
    if (found != copies_.end()) return found->second;
    Value* copy = nullptr;
    if (value->node()->kind() == torch::jit::prim::Constant) {
      Node* const constant = graph_->createClone(value->node(), [](Value* v) { return v; });
      graph_->prependNode(constant);
      copy = constant->output();
    } else {
      const c10::IValue& seen = known_.at(value);
      stack_.push_back(seen.isTensor() ? c10::IValue(seen.toTensor().clone()) : seen);
      copy = graph_->addInput();
      copy->setType(value->type());
    }
    copies_[value] = copy;
    return copy;
  }

  const Values& known_;
  std::shared_ptr<Graph> graph_;
  std::map<const Value*, Value*> copies_;
  torch::jit::Stack stack_;
};

}  // namespace

ScriptFile::ScriptFile(const std::string& body, const std::vector<at::Tensor>& weights) {
  static int number = 0;
  path_ = (std::filesystem::temp_directory_path() /
           ("branchline_model_test_" + std::to_string(getpid()) + "_" + std::to_string(++number) +
            ".pt"))
              .string();
  torch::jit::Module module("model_test");
  for (std::size_t i = 0; i < weights.size(); ++i) {
    module.register_parameter(std::string("w") + std::to_string(i), weights[i], false);
  }
  module.register_attribute("training", c10::BoolType::get(), true);
  module.define(body);
  module.save(path_);
}

ScriptFile::~ScriptFile() { std::filesystem::remove(path_); }

std::shared_ptr<const model::Model> load(const ScriptFile& file, std::vector<Shape> inputs) {
  return model::Model::load(file.path(), {std::move(inputs)});
}

std::vector<at::Tensor> run_unit_by_unit(const model::Model& model,
                                         const std::vector<at::Tensor>& inputs) {
  const c10::InferenceMode inference;
  const model::UnitGraph& units = model.unit_graph();
  Values values;
  for (std::size_t i = 0; i < inputs.size(); ++i) values[units.outputs[0][i]] = inputs[i];
  for (std::size_t id = 1; id < units.nodes.size(); ++id) {
    const std::vector<c10::IValue> outputs =
        UnitRun(values).run(units.nodes[id], units.outputs[id]);
    for (std::size_t i = 0; i < outputs.size(); ++i) values[units.outputs[id][i]] = outputs[i];
  }
  std::vector<at::Tensor> logits;
  for (const graph::ExitPoint& exit : model.layers().exits) {
    const auto unit = static_cast<std::size_t>(exit.value.unit);
    logits.push_back(
        values.at(units.outputs[unit][static_cast<std::size_t>(exit.value.index)]).toTensor());
  }
  return logits;
}

std::vector<at::Tensor> random_inputs(const std::vector<Shape>& shapes) {
  torch::manual_seed(7);
  std::vector<at::Tensor> inputs;
  for (const Shape& shape : shapes) inputs.push_back(torch::randn(shape));
  return inputs;
}

void expect_units_equal_module(const model::Model& model, const std::vector<at::Tensor>& inputs) {
  const std::vector<at::Tensor> whole = model.run_reference(inputs);
  const std::vector<at::Tensor> parts = run_unit_by_unit(model, inputs);
  ASSERT_EQ(whole.size(), parts.size());
  for (std::size_t i = 0; i < whole.size(); ++i) {
    ASSERT_EQ(whole[i].sizes(), parts[i].sizes()) << "exit " << i + 1;
    EXPECT_TRUE(at::allclose(whole[i], parts[i], 1e-4, 1e-5)) << "exit " << i + 1;
  }
}

std::string types_of(const model::Model& model) {
  std::string types;
  for (const graph::Unit& unit : model.layers().units)
    types += (types.empty() ? "" : " ") + unit.type;
  return types;
}

std::string refusal_of(const ScriptFile& file, std::vector<Shape> inputs) {
  try {
    load(file, std::move(inputs));
  } catch (const InputError& error) {
    EXPECT_EQ(error.kind(), InputKind::model);
    return error.what();
  }
  return "";
}

}  // namespace branchline::testing
