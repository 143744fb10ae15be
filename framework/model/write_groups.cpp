#include "framework/model/write_groups.h"

#include <torch/csrc/jit/ir/alias_analysis.h>

#include <algorithm>

#include "framework/model/operator_class.h"

namespace branchline::model {
namespace {

using torch::jit::AliasDb;
using torch::jit::Graph;
using torch::jit::Node;
using torch::jit::Value;
namespace aten = torch::jit::aten;
namespace prim = torch::jit::prim;

std::vector<Value*> top_level_values(Graph& graph) {
  std::vector<Value*> values(graph.inputs().begin(), graph.inputs().end());
  for (Node* node : graph.nodes())
    values.insert(values.end(), node->outputs().begin(), node->outputs().end());
  return values;
}

/// Values that the node may change.
torch::jit::ValueSet written_values(Node& node, const AliasDb& aliases) {
  torch::jit::ValueSet written;
  for (Value* value : values_read(node)) {
    if (aliases.writesToAlias(&node, {value})) written.insert(value);
  }
  return written;
}

bool reads_any(Node& node, const torch::jit::ValueSet& values) {
  const std::vector<Value*> reads = values_read(node);
  return std::any_of(reads.begin(), reads.end(),
                     [&](Value* value) { return values.count(value) != 0; });
}

bool makes_any(Node& node, const torch::jit::ValueSet& values) {
  return std::any_of(node.outputs().begin(), node.outputs().end(),
                     [&](Value* value) { return values.count(value) != 0; });
}

std::vector<Node*> group_of_write(Graph& graph, const torch::jit::ValueSet& written,
                                  const AliasDb& aliases) {
  torch::jit::ValueSet shared;
  for (Value* value : top_level_values(graph)) {
    for (const Value* target : written) {
      if (aliases.mayContainAlias(value, const_cast<Value*>(target))) shared.insert(value);
    }
  }
  const Node* last_writer = nullptr;
  for (Node* node : graph.nodes()) {
    if (aliases.writesToAlias(node, shared)) last_writer = node;
  }
  std::vector<Node*> group;
  bool behind_last_writer = false;
  for (Node* node : graph.nodes()) {
    if (node->kind() == prim::Constant) continue;
    if (makes_any(*node, shared) || (!behind_last_writer && reads_any(*node, shared)))
      group.push_back(node);
    behind_last_writer = behind_last_writer || node == last_writer;
  }
  return group;
}

}  // namespace

void protect_inputs(const std::shared_ptr<Graph>& graph) {
  const AliasDb aliases(graph);
  std::vector<Value*> written;
  for (Value* value : top_level_values(*graph)) {
    const c10::Symbol kind = value->node()->kind();
    if ((kind == prim::Param || kind == prim::Constant) && is_tensor(*value) &&
        aliases.hasWriters(value)) {
      written.push_back(value);
    }
  }
  for (Value* value : written) {
    Node* const copy = graph->create(aten::clone, 1);
    const bool is_input = value->node()->kind() == prim::Param;
    if (is_input) {
      graph->prependNode(copy);
    } else {
      copy->insertAfter(value->node());
    }
    const torch::jit::WithInsertPoint here(copy);
    value->replaceAllUsesWith(copy->output());
    copy->addInput(value);
    copy->addInput(graph->insertConstant(c10::IValue()));
    copy->output()->setType(value->type());
  }
}

std::vector<std::vector<Node*>> write_groups(const std::shared_ptr<Graph>& graph) {
  const AliasDb aliases(graph);
  std::vector<std::vector<Node*>> groups;
  for (Node* node : graph->nodes()) {
    if (node->kind() == prim::Constant) continue;
    const torch::jit::ValueSet written = written_values(*node, aliases);
    if (!written.empty()) groups.push_back(group_of_write(*graph, written, aliases));
  }
  return groups;
}

}  // namespace branchline::model
