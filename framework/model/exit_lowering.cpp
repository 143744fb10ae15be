#include "framework/model/exit_lowering.h"

#include <algorithm>
#include <unordered_set>

#include "framework/base/error.h"

namespace branchline::model {
namespace {

using torch::jit::Graph;
using torch::jit::Node;
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

}  // namespace

std::vector<std::string> lower_exits(const std::shared_ptr<Graph>& graph, const c10::IValue& seen,
                                     const std::string& file) {
  BL_EXPECT(graph->outputs().size() == 1, "forward returns one value");
  Value* const output = graph->outputs()[0];
  const torch::jit::WithInsertPoint at_end(graph->return_node());
  ExitLowering lowering(*graph, file);
  lowering.expand(output, seen, "");
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

}  // namespace branchline::model
