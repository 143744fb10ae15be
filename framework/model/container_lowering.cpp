#include "framework/model/container_lowering.h"

#include <algorithm>
#include <vector>

namespace branchline::model {
namespace {

using torch::jit::Graph;
using torch::jit::Node;
using torch::jit::Use;
using torch::jit::Value;
namespace aten = torch::jit::aten;
namespace prim = torch::jit::prim;

std::vector<Node*> top_level_nodes(Graph& graph, c10::Symbol kind) {
  std::vector<Node*> found;
  for (Node* node : graph.nodes()) {
    if (node->kind() == kind) found.push_back(node);
  }
  return found;
}

/// One dictionary whose life can be followed: built here, written and read here with constant keys.
class DictLowering {
 public:
  explicit DictLowering(Node* construct) : construct_(construct) {}

  bool is_simple() {
    std::vector<Use> uses = construct_->output()->uses();
    for (std::size_t i = 0; i < construct_->inputs().size(); i += 2) {
      if (!torch::jit::toIValue(construct_->inputs()[i])) return false;
    }
    const Node* last_write = nullptr;
    std::vector<Node*> others;
    for (const Use& use : uses) {
      Node* const user = use.user;
      if (user->owningBlock() != construct_->owningBlock()) return false;
      const bool keyed = user->kind() == aten::_set_item || user->kind() == aten::__getitem__;
      if (keyed && use.offset == 0 && torch::jit::toIValue(user->inputs()[1])) {
        accesses_.push_back(user);
        if (user->kind() == aten::_set_item &&
            (last_write == nullptr || last_write->isBefore(user)))
          last_write = user;
      } else {
        others.push_back(user);
      }
    }
    return std::none_of(others.begin(), others.end(), [&](Node* other) {
      return last_write != nullptr && other->kind() != prim::Return && other->isBefore(last_write);
    });
  }

  void lower() {
    for (std::size_t i = 0; i < construct_->inputs().size(); i += 2)
      set(construct_->inputs()[i], construct_->inputs()[i + 1]);
    std::sort(accesses_.begin(), accesses_.end(), [](Node* a, Node* b) { return a->isBefore(b); });
    Node* last = construct_;
    for (Node* access : accesses_) {
      if (access->kind() == aten::_set_item) {
        set(access->inputs()[1], access->inputs()[2]);
        if (access->owningBlock() == construct_->owningBlock()) last = access;
      } else if (Value* const value = find(access->inputs()[1])) {
        access->output()->replaceAllUsesWith(value);
      } else {
        return;  // A missing key fails when the model runs; leave that to it.
      }
    }
    rebuild_behind(last);
    for (Node* access : accesses_) access->destroy();
    if (construct_->output()->uses().empty()) construct_->destroy();
  }

 private:
  void set(Value* key, Value* value) {
    for (auto& entry : entries_) {
      if (same(entry.first, key)) {
        entry.second = value;
        return;
      }
    }
    entries_.emplace_back(key, value);
  }

  Value* find(Value* key) const {
    for (const auto& entry : entries_) {
      if (same(entry.first, key)) return entry.second;
    }
    return nullptr;
  }

  static bool same(Value* a, Value* b) {
    return *torch::jit::toIValue(a) == *torch::jit::toIValue(b);
  }

  /// What still needs the dictionary gets one built with its final entries.
  void rebuild_behind(Node* last) {
    if (last == construct_) return;
    Graph* const graph = construct_->owningGraph();
    Node* const rebuilt = graph->create(prim::DictConstruct, 1);
    for (const auto& entry : entries_) {
      rebuilt->addInput(entry.first);
      rebuilt->addInput(entry.second);
    }
    rebuilt->output()->setType(construct_->output()->type());
    rebuilt->insertAfter(last);
    construct_->output()->replaceAllUsesAfterNodeWith(rebuilt, rebuilt->output());
  }

  Node* construct_;
  std::vector<Node*> accesses_;
  std::vector<std::pair<Value*, Value*>> entries_;
};

/// One list whose life can be followed: built here, then only appended to and read.
class ListLowering {
 public:
  explicit ListLowering(Node* construct) : construct_(construct) {}

  bool is_simple() {
    bool grows = false;
    for (const Use& use : construct_->output()->uses()) {
      Node* const user = use.user;
      if (user->owningBlock() != construct_->owningBlock()) return false;
      const bool append = user->kind() == aten::append;
      if (append && (use.offset != 0 || !user->output()->uses().empty())) return false;
      if (!append && !only_reads(*user)) return false;
      grows = grows || append;
      users_.push_back(user);
    }
    return grows;
  }

  void lower() {
    std::sort(users_.begin(), users_.end(), [](Node* a, Node* b) { return a->isBefore(b); });
    users_.erase(std::unique(users_.begin(), users_.end()), users_.end());
    std::vector<Value*> elements = construct_->inputs().vec();
    Graph* const graph = construct_->owningGraph();
    for (Node* user : users_) {
      if (user->kind() == aten::append) {
        elements.push_back(user->inputs()[1]);
        user->destroy();
        continue;
      }
      Node* const snapshot = graph->create(prim::ListConstruct, elements);
      snapshot->output()->setType(construct_->output()->type());
      snapshot->insertBefore(user);
      user->replaceInputWith(construct_->output(), snapshot->output());
    }
    construct_->destroy();
  }

 private:
  /// Neither changes the list nor keeps it.
  static bool only_reads(const Node& node) {
    return node.kind() == aten::cat || node.kind() == aten::stack || node.kind() == aten::len ||
           node.kind() == aten::__getitem__ || node.kind() == prim::ListUnpack ||
           node.kind() == prim::Return;
  }

  Node* construct_;
  std::vector<Node*> users_;
};

}  // namespace

void lower_dicts(const std::shared_ptr<Graph>& graph) {
  for (Node* empty : top_level_nodes(*graph, aten::dict)) {  // `OrderedDict()`
    if (!empty->inputs().empty()) continue;
    Node* const construct = graph->create(prim::DictConstruct, 1)->insertAfter(empty);
    construct->output()->setType(empty->output()->type());
    empty->output()->replaceAllUsesWith(construct->output());
    empty->destroy();
  }
  for (Node* construct : top_level_nodes(*graph, prim::DictConstruct)) {
    DictLowering lowering(construct);
    if (lowering.is_simple()) lowering.lower();
  }
}

void lower_lists(const std::shared_ptr<Graph>& graph) {
  for (Node* construct : top_level_nodes(*graph, prim::ListConstruct)) {
    ListLowering lowering(construct);
    if (lowering.is_simple()) lowering.lower();
  }
}

}  // namespace branchline::model
