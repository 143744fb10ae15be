#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include <unordered_map>
#include <vector>

namespace branchline::model {

/// A partition of a graph's nodes whose quotient stays acyclic: every group is convex, so every
/// group can be a unit. Nodes are numbered in topological order; a group is named by any of its
/// nodes.
class NodeGroups {
 public:
  /// @param nodes  in topological order; each starts as a group of its own
  explicit NodeGroups(std::vector<torch::jit::Node*> nodes);

  int node_count() const { return static_cast<int>(nodes_.size()); }
  torch::jit::Node* node(int index) const { return nodes_[static_cast<std::size_t>(index)]; }

  /// @returns -1 for a node that takes no part: the graph's parameters, constants, the return.
  int index_of(const torch::jit::Node* node) const;

  /// The group's smallest node.
  int group_of(int index) const;
  /// -1 as index_of.
  int group_of(const torch::jit::Node* node) const;

  /// Ascending.
  const std::vector<int>& members(int group) const {
    return members_[static_cast<std::size_t>(group_of(group))];
  }

  /// Unites two groups unless a path leaves one and enters the other through a third. O(n + m).
  /// @returns whether they are one group now.
  bool merge(int a, int b);

  /// Unites them all, and every group on a path between two of them.
  void merge_with_between(const std::vector<int>& indices);

  /// Groups that read from this one, and groups it reads from; ascending, without duplicates.
  std::vector<int> successors(int group) const { return neighbours(group, successors_); }
  std::vector<int> predecessors(int group) const { return neighbours(group, predecessors_); }

 private:
  using Edges = std::vector<std::vector<int>>;

  std::vector<int> neighbours(int group, const Edges& edges) const;
  std::vector<bool> reached_from(int group, const Edges& edges, int without_direct) const;
  int unite(int a, int b);

  std::vector<torch::jit::Node*> nodes_;
  std::unordered_map<const torch::jit::Node*, int> index_;
  Edges successors_;    ///< by node
  Edges predecessors_;  ///< by node
  std::vector<int> group_;
  std::vector<std::vector<int>> members_;  ///< by group; empty for a node that does not name one
};

}  // namespace branchline::model
