#include "framework/model/unit_table.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "framework/base/error.h"
#include "framework/model/layer_features.h"
#include "framework/model/operator_class.h"
#include "framework/model/tensor_bridge.h"

namespace branchline::model {
namespace {

using graph::TensorSpec;
using graph::Unit;
using graph::ValueId;
using torch::jit::Graph;
using torch::jit::Node;
using torch::jit::Value;

using ValueIds = std::unordered_map<const Value*, ValueId>;

/// nullopt: no frame can carry it.
std::optional<TensorSpec> spec_of(const c10::IValue& seen) {
  if (seen.isTensor()) {
    const at::Tensor& tensor = seen.toTensor();
    if (!tensor.defined()) return std::nullopt;
    const std::optional<DType> type = dtype_of(tensor);
    if (!type) return std::nullopt;
    return TensorSpec{*type, tensor.sizes().vec()};
  }
  if (seen.isInt()) return TensorSpec{DType::i64, {}};
  if (seen.isDouble()) return TensorSpec{DType::f64, {}};
  if (seen.isBool()) return TensorSpec{DType::boolean, {}};
  if (seen.isIntList())
    return TensorSpec{DType::i64, {static_cast<std::int64_t>(seen.toIntVector().size())}};
  return std::nullopt;
}

/// Values that a unit makes and somebody else reads: another unit or an exit.
std::vector<Value*> values_that_leave(
    const FusedUnit& unit, const std::unordered_set<const Value*>& exits,
    const std::unordered_map<const Value*, std::vector<const Node*>>& readers) {
  const std::unordered_set<const Node*> members(unit.nodes.begin(), unit.nodes.end());
  std::vector<Value*> leaving;
  for (Node* node : unit.nodes) {
    for (Value* output : node->outputs()) {
      const auto found = readers.find(output);
      const bool read = found != readers.end() &&
                        std::any_of(found->second.begin(), found->second.end(),
                                    [&](const Node* reader) { return members.count(reader) == 0; });
      if (read || exits.count(output) != 0) leaving.push_back(output);
    }
  }
  return leaving;
}

class UnitTableBuilder {
 public:
  UnitTableBuilder(const std::shared_ptr<Graph>& graph, const Recording& recording,
                   UnitNames& names)
      : recording_(recording), names_(names) {
    table_.unit_graph.graph = graph;
    exits_.insert(graph->outputs().begin(), graph->outputs().end());
    for (Node* node : graph->nodes()) {
      for (const Value* value : values_read(*node)) readers_[value].push_back(node);
    }
    Unit input;
    input.name = "input";
    input.type = "input";
    std::vector<Value*> inputs(graph->inputs().begin(), graph->inputs().end());
    add(std::move(input), {}, std::move(inputs));
  }

  void add_unit(const FusedUnit& fused) {
    Unit unit;
    unit.name = names_.name_of(fused);
    unit.type = fused.type;
    unit.features = features_of(fused.nodes, recording_);
    const std::unordered_set<const Node*> members(fused.nodes.begin(), fused.nodes.end());
    std::unordered_set<const Value*> seen;
    for (Node* node : fused.nodes) {
      for (const Value* value : values_read(*node)) {
        if (members.count(value->node()) == 0 && seen.insert(value).second) read(unit, value);
      }
    }
    add(std::move(unit), fused.nodes, values_that_leave(fused, exits_, readers_));
  }

  UnitTable finish(const std::vector<std::string>& exit_names) {
    const auto& outputs = table_.unit_graph.graph->outputs();
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      const std::string name =
          exit_names[i].empty() ? "exit" + std::to_string(i + 1) : exit_names[i];
      table_.layers.exits.push_back({name, ids_.at(outputs[i]), std::nullopt});
    }
    return std::move(table_);
  }

 private:
  void read(Unit& unit, const Value* value) {
    const ValueId id = ids_.at(value);
    unit.inputs.push_back(id);
    const Unit& producer = table_.layers.units[static_cast<std::size_t>(id.unit)];
    unit.features.input_bytes += producer.outputs[static_cast<std::size_t>(id.index)].bytes();
  }

  void add(Unit unit, std::vector<Node*> nodes, std::vector<Value*> outputs) {
    unit.id = static_cast<std::int32_t>(table_.layers.units.size());
    for (const Value* output : outputs) {
      ids_.emplace(output, ValueId{unit.id, static_cast<std::int32_t>(unit.outputs.size())});
      const std::optional<TensorSpec> spec = spec_of(recording_.at(output));
      unit.transmissible = unit.transmissible && spec.has_value() && can_cross(*output);
      unit.outputs.push_back(spec.value_or(TensorSpec{DType::u8, {0}}));
      unit.output_bytes += unit.outputs.back().bytes();
    }
    unit.features.output_bytes = unit.output_bytes;
    table_.layers.units.push_back(std::move(unit));
    table_.unit_graph.nodes.push_back(std::move(nodes));
    table_.unit_graph.outputs.push_back(std::move(outputs));
  }

  const Recording& recording_;
  UnitNames& names_;
  UnitTable table_;
  ValueIds ids_;
  std::unordered_set<const Value*> exits_;
  std::unordered_map<const Value*, std::vector<const Node*>> readers_;
};

bool stacks(const c10::IValue& first, const c10::IValue& second, const c10::IValue& both) {
  if (!first.isTensor() || !second.isTensor() || !both.isTensor())
    return first == both && second == both;
  const at::Tensor& a = first.toTensor();
  const at::Tensor& b = second.toTensor();
  if (!a.defined() || a.dim() == 0 || a.size(0) != 1 || a.sizes() != b.sizes()) return false;
  return nearly_equal(at::cat({a, b}), both.toTensor());
}

}  // namespace

bool nearly_equal(const at::Tensor& a, const at::Tensor& b) {
  if (a.sizes() != b.sizes() || a.scalar_type() != b.scalar_type()) return false;
  if (a.numel() == 0 || !a.is_floating_point()) return at::equal(a, b);
  const at::Tensor finite = a.isfinite();
  const at::Tensor zero = at::zeros({}, a.options());
  const double largest = at::where(finite, a, zero).abs().max().item<double>();
  return at::allclose(a, b, /*rtol=*/0, /*atol=*/1e-4 * largest, /*equal_nan=*/true);
}

UnitTable make_unit_table(const std::shared_ptr<Graph>& graph, const std::vector<FusedUnit>& units,
                          const Recording& recording, UnitNames& names,
                          const std::vector<std::string>& exit_names) {
  UnitTableBuilder builder(graph, recording, names);
  for (const FusedUnit& unit : units) builder.add_unit(unit);
  return builder.finish(exit_names);
}

bool stacks_along_batch(const UnitGraph& unit_graph, const Recording& first,
                        const Recording& second, const Recording& both) {
  for (const std::vector<Value*>& outputs : unit_graph.outputs) {
    for (const Value* output : outputs) {
      if (!stacks(first.at(output), second.at(output), both.at(output))) return false;
    }
  }
  return true;
}

}  // namespace branchline::model
