#include "framework/model/attribute_resolution.h"

#include <torch/csrc/jit/ir/alias_analysis.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>

#include <map>
#include <vector>

#include "framework/base/error.h"

namespace branchline::model {
namespace {

using torch::jit::Block;
using torch::jit::Graph;
using torch::jit::Node;
using torch::jit::Value;
namespace prim = torch::jit::prim;

void collect_attribute_reads(Block& block, std::vector<Node*>& reads) {
  for (Node* node : block.nodes()) {
    if (node->kind() == prim::GetAttr) reads.push_back(node);
    for (Block* inner : node->blocks()) collect_attribute_reads(*inner, reads);
  }
}

/// What `self.x.y` holds; None for an object that is not reached from self.
c10::IValue held_by(const Value* value, const Graph& graph, const torch::jit::Module& module) {
  if (value == graph.inputs()[0]) return module._ivalue();
  if (value->node()->kind() != prim::GetAttr) return {};
  const c10::IValue object = held_by(value->node()->input(), graph, module);
  return object.isObject() ? object.toObjectRef().getAttr(value->node()->s(torch::jit::attr::name))
                           : c10::IValue();
}

/// "x.y" of self.x.y.
std::string path_of(const Value* value, const Graph& graph) {
  if (value == graph.inputs()[0]) return "";
  const std::string before = path_of(value->node()->input(), graph);
  return (before.empty() ? "" : before + ".") + value->node()->s(torch::jit::attr::name);
}

Value* insert_at_start(Graph& graph, c10::IValue held) {
  if (held.isTensor() && held.toTensor().requires_grad()) held = held.toTensor().detach();
  const torch::jit::WithInsertPoint at_start(*graph.nodes().begin());
  const c10::optional<Value*> constant = torch::jit::tryInsertConstant(graph, held);
  return constant ? *constant : nullptr;
}

}  // namespace

void resolve_attributes(const std::shared_ptr<Graph>& graph, const torch::jit::Module& module,
                        const std::string& file) {
  std::vector<Node*> reads;
  collect_attribute_reads(*graph->block(), reads);
  // One constant for each attribute, so that a write into one of two reads is seen as a write into
  // both.
  std::map<std::string, Value*> constants;
  for (Node* read : reads) {
    const c10::IValue held = held_by(read->output(), *graph, module);
    if (held.isObject() ||
        (held.isNone() && read->output()->type()->kind() != c10::TypeKind::NoneType))
      continue;
    const auto [entry, is_new] = constants.emplace(path_of(read->output(), *graph), nullptr);
    if (is_new) entry->second = insert_at_start(*graph, held);
    if (entry->second != nullptr) read->output()->replaceAllUsesWith(entry->second);
  }
  const torch::jit::AliasDb aliases(graph);
  for (const auto& [path, constant] : constants) {
    if (constant == nullptr || !aliases.hasWriters(constant)) continue;
    throw InputError(
        "forward changes its attribute '" + path + "', so the model keeps state between calls",
        file, "Make forward depend on its inputs alone.", InputKind::model);
  }
  torch::jit::EliminateDeadCode(graph);
}

}  // namespace branchline::model
