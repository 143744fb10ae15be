#include "framework/model/unit_names.h"

#include <vector>

#include "framework/model/operator_class.h"

namespace branchline::model {
namespace {

using torch::jit::Node;

using WeightPaths = std::unordered_map<const void*, std::string>;

constexpr std::size_t kMaximumLabels = 4;

/// "features.0.weight" -> "features.0"; a model that holds all weights itself: "conv1_weight" ->
/// "conv1".
std::string module_path(const std::string& weight) {
  const std::size_t dot = weight.rfind('.');
  if (dot != std::string::npos) return weight.substr(0, dot);
  const std::size_t underscore = weight.rfind('_');
  return underscore == std::string::npos ? weight : weight.substr(0, underscore);
}

WeightPaths weight_paths(const torch::jit::Module& module) {
  WeightPaths paths;
  for (const auto& parameter : module.named_parameters()) {
    paths.emplace(parameter.value.data_ptr(), module_path(parameter.name));
  }
  for (const auto& buffer : module.named_buffers()) {
    if (buffer.value.numel() > 0) paths.emplace(buffer.value.data_ptr(), module_path(buffer.name));
  }
  return paths;
}

std::string module_of(const Node& node, const WeightPaths& paths) {
  for (const torch::jit::Value* input : node.inputs()) {
    const c10::optional<torch::jit::IValue> constant = torch::jit::toIValue(input);
    if (!constant || !constant->isTensor() || !constant->toTensor().defined()) continue;
    const auto found = paths.find(constant->toTensor().data_ptr());
    if (found != paths.end()) return found->second;
  }
  for (const torch::jit::Block* block : node.blocks()) {
    for (const Node* inner : block->nodes()) {
      std::string found = module_of(*inner, paths);
      if (!found.empty()) return found;
    }
  }
  return "";
}

/// "conv+relu": what the unit computes, in order; views are named only where there is nothing else.
std::string labels_of(const FusedUnit& unit) {
  if (unit.type == "opaque" || unit.type == "normalise") return unit.type;
  std::vector<std::string> work;
  std::vector<std::string> moves;
  for (const Node* node : unit.nodes) {
    const Role role = classify(*node).role;
    if (role == Role::glue) continue;
    std::vector<std::string>& labels = role == Role::view ? moves : work;
    if (labels.empty() || labels.back() != label_of(*node)) labels.push_back(label_of(*node));
  }
  const std::vector<std::string>& labels = work.empty() ? moves : work;
  if (labels.empty()) return "size";
  std::string text;
  for (std::size_t i = 0; i < labels.size() && i < kMaximumLabels; ++i)
    text += (i == 0 ? "" : "+") + labels[i];
  return labels.size() > kMaximumLabels ? text + "+more" : text;
}

bool is_response_norm(const FusedUnit& unit) {
  if (unit.type != "norm") return false;
  for (const Node* node : unit.nodes) {
    if (classify(*node).role == Role::pooling) return true;
  }
  return false;
}

}  // namespace

UnitNames::UnitNames(const torch::jit::Module& module, const torch::jit::Graph& graph) {
  const WeightPaths paths = weight_paths(module);
  for (const Node* node : graph.nodes()) {
    std::string path = module_of(*node, paths);
    if (!path.empty()) modules_.emplace(node, std::move(path));
  }
}

void UnitNames::keep_only_nodes_of(const torch::jit::Graph& graph) {
  std::unordered_map<const Node*, std::string> kept;
  for (const Node* node : graph.nodes()) {
    const auto found = modules_.find(node);
    if (found != modules_.end()) kept.insert(*found);
  }
  modules_ = std::move(kept);
}

std::string UnitNames::name_of(const FusedUnit& unit) {
  const std::string labels = is_response_norm(unit) ? "lrn" : labels_of(unit);
  std::string name;
  for (const Node* node : unit.nodes) {
    const auto found = modules_.find(node);
    if (name.empty() && found != modules_.end()) name = found->second + " " + labels;
  }
  if (name.empty()) name = labels + std::to_string(++numbers_[labels]);
  std::string unique = name;
  for (int again = 2; !taken_.insert(unique).second; ++again)
    unique = name + " #" + std::to_string(again);
  return unique;
}

}  // namespace branchline::model
