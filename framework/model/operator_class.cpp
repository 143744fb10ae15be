#include "framework/model/operator_class.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace branchline::model {
namespace {

using torch::jit::Block;
using torch::jit::Node;
using torch::jit::Value;
namespace prim = torch::jit::prim;

using ClassTable = std::unordered_map<std::string_view, OperatorClass>;

void add_all(ClassTable& table, OperatorClass entry,
             std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) table.emplace(name, entry);
}

ClassTable make_class_table() {
  ClassTable table;
  add_all(table, {Role::anchor, "conv", "conv"},
          {"conv1d", "conv2d", "conv3d", "_convolution", "convolution", "conv_transpose1d",
           "conv_transpose2d", "conv_transpose3d"});
  add_all(table, {Role::anchor, "linear", "linear"}, {"linear", "addmm"});
  add_all(table, {Role::anchor, "linear", "matmul"}, {"matmul", "mm", "bmm", "baddbmm", "einsum"});
  add_all(table, {Role::pooling, "pool", "maxpool"},
          {"max_pool1d", "max_pool2d", "max_pool3d", "adaptive_max_pool1d", "adaptive_max_pool2d"});
  add_all(table, {Role::pooling, "pool", "avgpool"},
          {"avg_pool1d", "avg_pool2d", "avg_pool3d", "adaptive_avg_pool1d", "adaptive_avg_pool2d",
           "adaptive_avg_pool3d"});
  add_all(table, {Role::anchor, "pool", "mean"}, {"mean"});
  add_all(table, {Role::batch_norm, "norm", "bn"}, {"batch_norm"});
  add_all(table, {Role::anchor, "norm", "norm"},
          {"layer_norm", "native_layer_norm", "group_norm", "instance_norm"});
  add_all(table, {Role::anchor, "concat", "concat"}, {"cat", "stack", "concat"});
  add_all(table, {Role::anchor, "softmax", "softmax"}, {"softmax", "log_softmax"});
  add_all(table, {Role::activation, "act", nullptr},
          {"relu",      "relu6", "hardtanh", "clamp",      "clamp_min",   "clamp_max",
           "sigmoid",   "tanh",  "silu",     "gelu",       "hardswish",   "hardsigmoid",
           "elu",       "selu",  "celu",     "leaky_relu", "prelu",       "softplus",
           "mish",      "exp",   "sqrt",     "rsqrt",      "pow",         "neg",
           "abs",       "log",   "square",   "threshold",  "log_sigmoid", "softsign",
           "reciprocal"});
  add_all(table, {Role::view, "other", nullptr},
          {"flatten",    "view",      "reshape", "view_as",   "reshape_as",
           "permute",    "transpose", "t",       "squeeze",   "unsqueeze",
           "contiguous", "to",        "expand",  "expand_as", "select",
           "slice",      "narrow",    "chunk",   "split",     "split_with_sizes",
           "unbind",     "clone",     "detach",  "alias",     "constant_pad_nd",
           "pad",        "unflatten", "movedim", "dropout",   "ConstantChunk",
           "ListUnpack", "numpy_T",   "type_as"});
  add_all(table, {Role::combination, "add", "add"}, {"add", "sub", "rsub"});
  add_all(table, {Role::combination, "other", nullptr}, {"mul", "div", "maximum", "minimum"});
  return table;
}

/// "aten::relu_" -> "relu".
std::string_view plain_name(const Node& node) {
  std::string_view name = node.kind().toUnqualString();
  if (name.size() > 1 && name.back() == '_') name.remove_suffix(1);
  return name;
}

void collect_reads(Node& node, std::unordered_set<const Value*>& known,
                   std::vector<Value*>& reads) {
  for (Value* input : node.inputs()) {
    if (input->node()->kind() != prim::Constant && known.insert(input).second)
      reads.push_back(input);
  }
  for (Block* block : node.blocks()) {
    for (Value* input : block->inputs()) known.insert(input);
    for (Node* inner : block->nodes()) {
      collect_reads(*inner, known, reads);
      for (Value* output : inner->outputs()) known.insert(output);
    }
    collect_reads(*block->return_node(), known, reads);
  }
}

/// A size that tracing turned into a 0-dimensional tensor, and arithmetic on such.
bool is_number_in_tensor(const Node& node) {
  if (node.kind() == prim::NumToTensor) return true;
  static const std::unordered_set<std::string_view> arithmetic = {
      "add", "sub", "mul", "div", "floor_divide", "remainder", "floor"};
  if (node.kind().is_aten() && arithmetic.count(plain_name(node)) != 0) {
    bool any = false;
    for (const Value* input : node.inputs()) {
      if (input->node()->kind() == prim::Constant) continue;
      if (!is_number_in_tensor(*input->node())) return false;
      any = true;
    }
    return any;
  }
  return false;
}

}  // namespace

bool is_tensor(const Value& value) { return value.type()->kind() == c10::TypeKind::TensorType; }

bool can_cross(const Value& value) {
  const c10::TypePtr type = value.type();
  return is_tensor(value) || type->kind() == c10::TypeKind::IntType ||
         type->kind() == c10::TypeKind::FloatType || type->kind() == c10::TypeKind::BoolType ||
         *type == *c10::ListType::ofInts();
}

OperatorClass classify(const Node& node) {
  static const ClassTable table = make_class_table();
  if (!node.blocks().empty()) return {Role::opaque, "opaque", "control"};
  const auto found = table.find(plain_name(node));
  if (is_number_in_tensor(node)) return {Role::glue, "other", nullptr};
  const bool any_tensor =
      std::any_of(node.outputs().begin(), node.outputs().end(), [](const Value* output) {
        const c10::TypePtr type = output->type();
        return is_tensor(*output) || (*type == *c10::ListType::ofTensors() &&
                                      output->node()->kind() != prim::ListConstruct);
      });
  if (!any_tensor) return {Role::glue, "other", nullptr};
  return found != table.end() ? found->second : OperatorClass{};
}

std::string label_of(const Node& node) {
  const OperatorClass entry = classify(node);
  return entry.label != nullptr ? entry.label : std::string(plain_name(node));
}

std::vector<Value*> values_read(Node& node) {
  std::unordered_set<const Value*> known;
  std::vector<Value*> reads;
  collect_reads(node, known, reads);
  return reads;
}

}  // namespace branchline::model
