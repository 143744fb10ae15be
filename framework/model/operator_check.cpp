#include "framework/model/operator_check.h"

#include <array>
#include <string_view>

#include "framework/base/error.h"

namespace branchline::model {
namespace {

using torch::jit::Block;
using torch::jit::Node;
namespace prim = torch::jit::prim;

/// Random operators that Node::isNondeterministic() does not list.
constexpr std::array<std::string_view, 16> kRandomOperators = {
    "aten::bernoulli",   "aten::bernoulli_",   "aten::normal",     "aten::normal_",
    "aten::uniform_",    "aten::exponential_", "aten::geometric_", "aten::cauchy_",
    "aten::log_normal_", "aten::random_",      "aten::randint",    "aten::randint_like",
    "aten::randn_like",  "aten::rand_like",    "aten::randperm",   "aten::poisson"};

[[noreturn]] void refuse_operator(const std::string& what, const std::string& file,
                                  const std::string& fix) {
  throw InputError(what, file, fix, InputKind::model);
}

bool is_random(const Node& node) {
  const std::string_view name = node.kind().toQualString();
  for (const std::string_view random : kRandomOperators) {
    if (name == random) return true;
  }
  return node.isNondeterministic();
}

bool has_custom_class(const Node& node) {
  for (const torch::jit::Value* value : node.inputs()) {
    if (value->type()->kind() == c10::TypeKind::ClassType) return true;
  }
  for (const torch::jit::Value* value : node.outputs()) {
    if (value->type()->kind() == c10::TypeKind::ClassType) return true;
  }
  return false;
}

void check_operator(const Node& node, const std::string& file) {
  const std::string name = node.kind().toQualString();
  if (is_random(node)) {
    refuse_operator("operator " + name + " draws random numbers, so two tiers would disagree", file,
                    "Remove it from forward's evaluation path.");
  }
  if (node.kind() == prim::SetAttr || node.kind() == prim::GetAttr) {
    const std::string attribute = node.s(torch::jit::attr::name);
    refuse_operator(
        "operator " + name + ": the model keeps state in '" + attribute + "' between calls", file,
        "Make forward depend on its inputs alone.");
  }
  if (node.kind() == prim::PythonOp || node.kind() == prim::CallFunction ||
      node.kind() == prim::CallMethod) {
    refuse_operator("operator " + name + " calls code that the file does not hold", file,
                    "Write it in TorchScript.");
  }
  if (has_custom_class(node)) {
    refuse_operator("operator " + name + " uses objects of a class, which cannot cross a cut", file,
                    "Write forward with tensors, numbers, lists and tuples.");
  }
}

void check_block(const Block& block, const std::string& file) {
  for (const Node* node : block.nodes()) {
    check_operator(*node, file);
    for (const Block* inner : node->blocks()) check_block(*inner, file);
  }
}

}  // namespace

void check_operators(const torch::jit::Graph& graph, const std::string& file) {
  check_block(*graph.block(), file);
}

}  // namespace branchline::model
