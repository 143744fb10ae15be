#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "framework/model/node_groups.h"
#include "framework/model/operator_class.h"
#include "framework/model/unit_fusion.h"

namespace branchline::model {

/// What the fusion rules ask about the units made so far. A unit is named by any of its nodes'
/// indices.
class FusionState {
 public:
  explicit FusionState(torch::jit::Graph& graph);

  /// The nodes of every unit, in topological order of the units.
  std::vector<FusedUnit> units() const;

 protected:
  int index_of(const torch::jit::Value* value) const { return groups_.index_of(value->node()); }
  int group_of(const torch::jit::Value* value) const { return groups_.group_of(value->node()); }
  Role role_of(int index) const { return classify(*groups_.node(index)).role; }
  bool is_glue(const torch::jit::Node& node) const { return classify(node).role == Role::glue; }

  /// One unit of this type, which no later rule changes.
  void lock(const std::vector<torch::jit::Node*>& nodes, const std::string& type);
  bool is_locked(int group) const;

  std::vector<torch::jit::Value*> tensors_read(int index) const;
  bool only_read_by(const torch::jit::Value* value, const std::unordered_set<int>& groups) const;
  /// Nobody but its own unit and `group`.
  bool is_only_read_by(const torch::jit::Value* value, int group) const {
    return only_read_by(value, {groups_.group_of(group), group_of(value)});
  }
  std::string type_of(int group) const;
  bool is_of_views(int group) const;
  int first_worker(int group) const;

  NodeGroups groups_;
  std::unordered_set<const torch::jit::Value*> exits_;
  /// Nodes, those that own a reading block included.
  std::unordered_map<const torch::jit::Value*, std::vector<int>> readers_;

 private:
  std::vector<std::pair<int, std::string>> locked_;  ///< a node of the group, its type
};

}  // namespace branchline::model
