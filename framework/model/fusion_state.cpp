#include "framework/model/fusion_state.h"

#include <algorithm>
#include <set>

#include "framework/base/error.h"

namespace branchline::model {
namespace {

using torch::jit::Graph;
using torch::jit::Node;
using torch::jit::Value;
namespace prim = torch::jit::prim;

std::vector<Node*> computing_nodes(Graph& graph) {
  std::vector<Node*> nodes;
  for (Node* node : graph.nodes()) {
    if (node->kind() != prim::Constant) nodes.push_back(node);
  }
  return nodes;
}

}  // namespace

FusionState::FusionState(Graph& graph) : groups_(computing_nodes(graph)) {
  exits_.insert(graph.outputs().begin(), graph.outputs().end());
  for (int i = 0; i < groups_.node_count(); ++i) {
    for (const Value* value : values_read(*groups_.node(i))) readers_[value].push_back(i);
  }
}

void FusionState::lock(const std::vector<Node*>& nodes, const std::string& type) {
  std::vector<int> indices;
  for (const Node* node : nodes) indices.push_back(groups_.index_of(node));
  groups_.merge_with_between(indices);
  if (!indices.empty()) locked_.emplace_back(indices.front(), type);
}

bool FusionState::is_locked(int group) const {
  return std::any_of(locked_.begin(), locked_.end(),
                     [&](const auto& entry) {
                       return groups_.group_of(entry.first) == groups_.group_of(group);
                     }) ||
         std::any_of(groups_.members(group).begin(), groups_.members(group).end(), [&](int member) {
           return classify(*groups_.node(member)).role == Role::opaque;
         });
}

/// Tensors that the node reads, those that come through its glue included.
std::vector<Value*> FusionState::tensors_read(int index) const {
  std::vector<Value*> tensors;
  std::vector<Value*> open = values_read(*groups_.node(index));
  std::set<const Value*> seen;
  for (std::size_t i = 0; i < open.size(); ++i) {
    Value* const value = open[i];
    if (!seen.insert(value).second) continue;
    if (index_of(value) >= 0 && is_glue(*value->node())) {
      for (Value* deeper : values_read(*value->node())) open.push_back(deeper);
    } else {
      tensors.push_back(value);
    }
  }
  return tensors;
}

bool FusionState::only_read_by(const Value* value, const std::unordered_set<int>& groups) const {
  if (exits_.count(value) != 0) return false;
  const auto readers = readers_.find(value);
  return readers == readers_.end() ||
         std::all_of(readers->second.begin(), readers->second.end(),
                     [&](int reader) { return groups.count(groups_.group_of(reader)) != 0; });
}

std::string FusionState::type_of(int group) const {
  for (const auto& [node, type] : locked_) {
    if (groups_.group_of(node) == groups_.group_of(group)) return type;
  }
  // What dominates the time of a unit names it.
  static const char* const kOrder[] = {"opaque", "conv",    "linear", "norm", "pool",
                                       "concat", "softmax", "add",    "act"};
  std::set<std::string> types;
  bool pools = false;
  bool divides = false;
  for (const int member : groups_.members(group)) {
    const Node& node = *groups_.node(member);
    const OperatorClass entry = classify(node);
    types.insert(entry.type);
    pools = pools || entry.role == Role::pooling;
    divides = divides || (pools && node.kind() == torch::jit::aten::div);
  }
  if (pools && divides)
    return "norm";  // local response normalisation: x / (k + alpha·pool(x²))^beta
  for (const char* type : kOrder) {
    if (types.count(type) != 0) return type;
  }
  return "other";
}

bool FusionState::is_of_views(int group) const {
  const std::vector<int>& members = groups_.members(group);
  return std::all_of(members.begin(), members.end(), [&](int member) {
    const Role role = classify(*groups_.node(member)).role;
    return role == Role::view || role == Role::glue;
  });
}

/// The node that gives the group its place: numbers stand wherever tracing or scripting put them.
int FusionState::first_worker(int group) const {
  for (const int member : groups_.members(group)) {
    if (!is_glue(*groups_.node(member))) return member;
  }
  return group;
}

std::vector<FusedUnit> FusionState::units() const {
  std::vector<int> missing(static_cast<std::size_t>(groups_.node_count()), 0);
  std::set<std::pair<int, int>> ready;  // by place
  std::size_t left = 0;
  for (int i = 0; i < groups_.node_count(); ++i) {
    if (groups_.group_of(i) != i) continue;
    ++left;
    missing[static_cast<std::size_t>(i)] = static_cast<int>(groups_.predecessors(i).size());
    if (missing[static_cast<std::size_t>(i)] == 0) ready.emplace(first_worker(i), i);
  }
  std::vector<FusedUnit> units;
  while (!ready.empty()) {
    const int group = ready.begin()->second;
    ready.erase(ready.begin());
    FusedUnit unit{type_of(group), {}};
    for (const int member : groups_.members(group)) unit.nodes.push_back(groups_.node(member));
    units.push_back(std::move(unit));
    for (const int next : groups_.successors(group)) {
      if (--missing[static_cast<std::size_t>(next)] == 0) ready.emplace(first_worker(next), next);
    }
  }
  BL_EXPECT(units.size() == left, "fusion made a cycle of units");
  return units;
}

}  // namespace branchline::model
