#include "framework/model/exit_lowering.h"

#include <algorithm>
#include <unordered_set>

#include "framework/base/error.h"

namespace branchline::model {
namespace {

using torch::jit::Graph;
using torch::jit::Node;
using torch::jit::Use;
using torch::jit::Value;
namespace aten = torch::jit::aten;
namespace prim = torch::jit::prim;

struct Exit {
  std::string name;
  Value* value = nullptr;
};

[[noreturn]] void refuse_exit(const std::string& what, const std::string& file) {
  throw InputError(what, file, "An exit is a tensor: return one, or a tuple, list or dict of them.",
                   InputKind::model);
}

/// Inserts the nodes that take apart what forward returns, guided by what it returned in the
/// recorded run.
class ExitLowering {
 public:
  ExitLowering(Graph& graph, const std::string& file) : graph_(graph), file_(file) {}

  void expand(Value* value, const c10::IValue& seen, const std::string& name) {
    if (seen.isNone()) return;
    if (seen.isTensor()) {
      if (seen.toTensor().defined()) exits_.push_back({name, as_tensor(value)});
    } else if (seen.isTuple()) {
      expand_elements(value, seen.toTupleRef().elements().vec(), prim::TupleConstruct,
                      prim::TupleUnpack);
    } else if (seen.isList()) {
      expand_elements(value, seen.toListRef().vec(), prim::ListConstruct, prim::ListUnpack);
    } else if (seen.isGenericDict()) {
      expand_dict(value, seen.toGenericDict());
    } else {
      refuse_exit("forward returns a " + seen.type()->annotation_str() + ", which is no tensor",
                  file_);
    }
  }

  std::vector<Exit>& exits() { return exits_; }

 private:
  Value* as_tensor(Value* value) {
    if (value->type()->kind() == c10::TypeKind::TensorType) return value;
    return graph_.insertUncheckedCast(value, c10::TensorType::get());
  }

  void expand_elements(Value* value, const std::vector<c10::IValue>& seen, c10::Symbol construct,
                       c10::Symbol unpack) {
    if (value->node()->kind() != construct) {
      Node* const node = graph_.insertNode(graph_.create(unpack, {value}, seen.size()));
      const auto elements = value->type()->containedTypes();
      for (std::size_t i = 0; i < seen.size(); ++i) {
        node->outputs()[i]->setType(elements.size() == seen.size() ? elements[i] : elements.at(0));
        expand(node->outputs()[i], seen[i], "");
      }
      return;
    }
    for (std::size_t i = 0; i < seen.size(); ++i) expand(value->node()->inputs()[i], seen[i], "");
  }

  void expand_dict(Value* value, const c10::Dict<c10::IValue, c10::IValue>& seen) {
    std::size_t position = 0;
    for (const auto& entry : seen) {
      const std::string name = entry.key().isString() ? entry.key().toStringRef() : "";
      Value* element = nullptr;
      if (value->node()->kind() == prim::DictConstruct) {
        element = value->node()->inputs()[2 * position + 1];
      } else {
        element = graph_.insert(aten::__getitem__, {value, graph_.insertConstant(entry.key())});
      }
      expand(element, entry.value(), name);
      ++position;
    }
  }

  Graph& graph_;
  const std::string& file_;
  std::vector<Exit> exits_;
};

/// Every exit is a value of its own, computed by a node: a cut then has something to name.
void separate_exits(Graph& graph, std::vector<Exit>& exits) {
  std::unordered_set<Value*> taken(graph.inputs().begin(), graph.inputs().end());
  for (Exit& exit : exits) {
    if (taken.insert(exit.value).second) continue;
    const c10::TypePtr type = exit.value->type();
    exit.value = graph.insert(aten::clone, {exit.value});
    exit.value->setType(type);
  }
}

bool depends_on_input(const Value* value, std::unordered_set<const Value*>& seen) {
  if (!seen.insert(value).second) return false;
  if (value->node()->kind() == prim::Param) return true;
  if (!value->node()->blocks().empty()) return true;
  return std::any_of(value->node()->inputs().begin(), value->node()->inputs().end(),
                     [&](const Value* input) { return depends_on_input(input, seen); });
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

}  // namespace

std::vector<std::string> lower_exits(const std::shared_ptr<Graph>& graph,
                                     const Recording& recording, const std::string& file) {
  BL_EXPECT(graph->outputs().size() == 1, "forward returns one value");
  Value* const output = graph->outputs()[0];
  const torch::jit::WithInsertPoint at_end(graph->return_node());
  ExitLowering lowering(*graph, file);
  const auto seen = recording.find(output);
  lowering.expand(
      output, seen != recording.end() ? seen->second : torch::jit::toIValue(output).value(), "");
  std::vector<Exit>& exits = lowering.exits();
  if (exits.empty()) refuse_exit("forward returns no tensor", file);
  separate_exits(*graph, exits);
  graph->eraseOutput(0);
  std::vector<std::string> names;
  for (const Exit& exit : exits) {
    std::unordered_set<const Value*> visited;
    if (!depends_on_input(exit.value, visited)) {
      refuse_exit(
          "output " + std::to_string(names.size() + 1) + " of forward does not depend on any input",
          file);
    }
    graph->registerOutput(exit.value);
    names.push_back(exit.name);
  }
  return names;
}

void lower_dicts(const std::shared_ptr<Graph>& graph) {
  std::vector<Node*> constructs;
  for (Node* node : graph->nodes()) {
    if (node->kind() == prim::DictConstruct) constructs.push_back(node);
  }
  for (Node* construct : constructs) {
    DictLowering lowering(construct);
    if (lowering.is_simple()) lowering.lower();
  }
}

}  // namespace branchline::model
