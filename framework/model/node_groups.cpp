#include "framework/model/node_groups.h"

#include <algorithm>

#include "framework/model/operator_class.h"

namespace branchline::model {
namespace {

std::size_t at_index(int index) { return static_cast<std::size_t>(index); }

}  // namespace

NodeGroups::NodeGroups(std::vector<torch::jit::Node*> nodes)
    : nodes_(std::move(nodes)),
      successors_(nodes_.size()),
      predecessors_(nodes_.size()),
      group_(nodes_.size()),
      members_(nodes_.size()) {
  for (int i = 0; i < node_count(); ++i) {
    index_.emplace(node(i), i);
    group_[at_index(i)] = i;
    members_[at_index(i)] = {i};
  }
  for (int i = 0; i < node_count(); ++i) {
    for (const torch::jit::Value* value : values_read(*node(i))) {
      const int producer = index_of(value->node());
      if (producer < 0) continue;
      successors_[at_index(producer)].push_back(i);
      predecessors_[at_index(i)].push_back(producer);
    }
  }
}

int NodeGroups::index_of(const torch::jit::Node* node) const {
  const auto found = index_.find(node);
  return found == index_.end() ? -1 : found->second;
}

int NodeGroups::group_of(int index) const { return group_[at_index(index)]; }

int NodeGroups::group_of(const torch::jit::Node* node) const {
  const int index = index_of(node);
  return index < 0 ? -1 : group_of(index);
}

bool NodeGroups::merge(int a, int b) {
  a = group_of(a);
  b = group_of(b);
  if (a == b) return true;
  if (reached_from(a, successors_, b)[at_index(b)] || reached_from(b, successors_, a)[at_index(a)])
    return false;
  unite(a, b);
  return true;
}

void NodeGroups::merge_with_between(const std::vector<int>& indices) {
  if (indices.empty()) return;
  int group = group_of(indices.front());
  for (const int index : indices) group = unite(group, group_of(index));
  const std::vector<bool> below = reached_from(group, successors_, -1);
  const std::vector<bool> above = reached_from(group, predecessors_, -1);
  for (int i = 0; i < node_count(); ++i) {
    const int other = group_of(i);
    if (below[at_index(other)] && above[at_index(other)]) group = unite(group, other);
  }
}

std::vector<int> NodeGroups::neighbours(int group, const Edges& edges) const {
  std::vector<int> found;
  for (const int member : members(group)) {
    for (const int other : edges[at_index(member)]) {
      if (group_of(other) != group_of(group)) found.push_back(group_of(other));
    }
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

/// Groups reached in one step or more; the step straight to `without_direct` is not taken.
std::vector<bool> NodeGroups::reached_from(int group, const Edges& edges,
                                           int without_direct) const {
  std::vector<bool> reached(nodes_.size(), false);
  std::vector<int> open;
  for (const int next : neighbours(group, edges)) {
    if (next != without_direct) open.push_back(next);
  }
  while (!open.empty()) {
    const int current = open.back();
    open.pop_back();
    if (reached[at_index(current)]) continue;
    reached[at_index(current)] = true;
    for (const int next : neighbours(current, edges)) open.push_back(next);
  }
  return reached;
}

int NodeGroups::unite(int a, int b) {
  if (a == b) return a;
  const int kept = std::min(a, b);
  const int gone = std::max(a, b);
  std::vector<int>& into = members_[at_index(kept)];
  std::vector<int>& from = members_[at_index(gone)];
  for (const int member : from) group_[at_index(member)] = kept;
  const auto middle = static_cast<std::ptrdiff_t>(into.size());
  into.insert(into.end(), from.begin(), from.end());
  std::inplace_merge(into.begin(), into.begin() + middle, into.end());
  from.clear();
  return kept;
}

}  // namespace branchline::model
