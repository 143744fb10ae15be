#include "framework/model/glue_placement.h"

#include <torch/csrc/jit/ir/alias_analysis.h>

#include "framework/model/operator_class.h"

namespace branchline::model {
namespace {

using torch::jit::AliasDb;
using torch::jit::Graph;
using torch::jit::Node;
using torch::jit::Value;
namespace aten = torch::jit::aten;
namespace prim = torch::jit::prim;

/// Sharing numbers along long chains could double the copies at every step.
constexpr std::size_t kMaximumCopies = 20000;

bool may_be_copied(Node& node, const AliasDb& aliases) {
  if (node.kind() == prim::Constant || classify(node).role != Role::glue || node.hasSideEffects())
    return false;
  if (aliases.hasInputWriters(&node)) return false;
  for (const Value* output : node.outputs()) {
    if (aliases.hasWriters(output)) return false;
  }
  return true;
}

/// Every use after the first gets its own copy, right before the user.
std::size_t copy_for_each_use(Node& node) {
  Graph* const graph = node.owningGraph();
  std::size_t copies = 0;
  bool first = true;
  for (Value* output : node.outputs()) {
    const std::vector<torch::jit::Use> uses = output->uses();
    for (const torch::jit::Use& use : uses) {
      // A block that captures the value needs it before the node that owns the block: leave it.
      if (first || use.user->owningBlock() != node.owningBlock()) {
        first = false;
        continue;
      }
      Node* const copy = graph->createClone(&node, [](Value* value) { return value; });
      copy->insertBefore(use.user);
      use.user->replaceInput(use.offset, copy->outputs()[output->offset()]);
      ++copies;
    }
  }
  return copies;
}

/// Glue stands right before its one user, so that it can read what that user reads.
void move_to_user(Node& node) {
  if (node.outputs().size() != 1 || node.output()->uses().size() != 1) return;
  Node* const user = node.output()->uses()[0].user;
  if (user->owningBlock() == node.owningBlock() && user->kind() != prim::Return)
    node.moveBefore(user);
}

/// The operator at the end of a chain of glue that only it uses.
Node* tensor_user(Node* glue) {
  while (glue != nullptr && glue->outputs().size() == 1 && glue->output()->uses().size() == 1) {
    Node* const user = glue->output()->uses()[0].user;
    if (user->kind() == prim::Return || user->owningBlock() != glue->owningBlock()) return nullptr;
    if (classify(*user).role != Role::glue) return user;
    glue = user;
  }
  return nullptr;
}

bool starts_with_batch(Value* value, const Recording& single, const Recording& pair) {
  const auto one = single.find(value);
  const auto two = pair.find(value);
  if (one == single.end() || two == pair.end() || !one->second.isTensor() ||
      !two->second.isTensor())
    return false;
  const at::Tensor& a = one->second.toTensor();
  const at::Tensor& b = two->second.toTensor();
  return a.defined() && b.defined() && a.dim() > 0 && b.dim() == a.dim() && a.size(0) == 1 &&
         b.size(0) == 2;
}

/// The user's own tensor whose first dimension is the batch; nullptr if the size is read from such
/// a one already.
Value* batch_at_hand(const Node& size, Node& user, const Recording& single, const Recording& pair) {
  Value* found = nullptr;
  for (Value* input : user.inputs()) {
    if (input == size.inputs()[0]) return nullptr;
    const Node* const producer = input->node();
    const bool before = producer->kind() == prim::Param || producer->isBefore(&size);
    if (found == nullptr && before && starts_with_batch(input, single, pair)) found = input;
  }
  return found;
}

bool reads_first_dimension(const Node& node) {
  if (node.kind() != aten::size || node.inputs().size() != 2) return false;
  const c10::optional<torch::jit::IValue> dimension = torch::jit::toIValue(node.inputs()[1]);
  return dimension && dimension->isInt() && dimension->toInt() == 0;
}

}  // namespace

void expand_sizes(const std::shared_ptr<Graph>& graph) {
  std::vector<Node*> sizes;
  for (Node* node : graph->nodes()) {
    if (node->kind() == aten::size && node->inputs().size() == 1) sizes.push_back(node);
  }
  for (Node* size : sizes) {
    const auto type = size->input()->type()->cast<c10::TensorType>();
    if (!type || !type->dim()) continue;
    const torch::jit::WithInsertPoint here(size);
    std::vector<Value*> dimensions;
    for (std::size_t d = 0; d < *type->dim(); ++d) {
      dimensions.push_back(graph->insert(
          aten::size, {size->input(), graph->insertConstant(static_cast<std::int64_t>(d))}));
    }
    Node* const list = graph->insertNode(graph->createList(c10::IntType::get(), dimensions));
    size->output()->replaceAllUsesWith(list->output());
    size->destroy();
  }
}

void duplicate_glue(const std::shared_ptr<Graph>& graph) {
  const AliasDb aliases(graph);
  std::vector<Node*> glue;
  for (Node* node : graph->nodes()) {
    if (may_be_copied(*node, aliases)) glue.push_back(node);
  }
  std::size_t copies = 0;
  // Users first: by then each of them stands in as many copies as it will.
  for (auto node = glue.rbegin(); node != glue.rend() && copies < kMaximumCopies; ++node) {
    copies += copy_for_each_use(**node);
    move_to_user(**node);
  }
}

void localise_batch_sizes(const std::shared_ptr<Graph>& graph, const Recording& single,
                          const Recording& pair) {
  for (Node* node : graph->nodes()) {
    if (!reads_first_dimension(*node) || !starts_with_batch(node->inputs()[0], single, pair))
      continue;
    Node* const user = tensor_user(node);
    if (user == nullptr) continue;
    if (Value* const at_hand = batch_at_hand(*node, *user, single, pair))
      node->replaceInput(0, at_hand);
  }
}

}  // namespace branchline::model
