#include "framework/runtime/edge_plan.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <set>
#include <utility>

#include "framework/base/error.h"
#include "framework/runtime/wire_tensors.h"

namespace branchline::runtime {
namespace {

using graph::LayerGraph;
using graph::ValueId;

std::string misfit_of_units(const LayerGraph& graph, const UnitRanges& units) {
  if (units.empty()) return "the stage has no units";
  std::int32_t smallest = 1;  // unit 0 is the input: nobody computes it
  for (const UnitRange& range : units) {
    if (range.first < smallest || range.last < range.first || range.last >= graph.unit_count()) {
      return "the stage's units are not ascending numbers from 1 to " +
             std::to_string(graph.unit_count() - 1);
    }
    smallest = range.last + 1;
  }
  return {};
}

/// The unit that reads back what had left the set; 0 when the set is convex.
std::int32_t first_return(const LayerGraph& graph, const std::vector<bool>& inside) {
  std::vector<bool> after(graph.units.size(), false);  // outside, and needs a unit of the set
  for (const graph::Unit& unit : graph.units) {
    const auto id = static_cast<std::size_t>(unit.id);
    for (const ValueId& input : unit.inputs) {
      const auto producer = static_cast<std::size_t>(input.unit);
      if (inside[id] && after[producer]) return unit.id;
      if (!inside[id] && (inside[producer] || after[producer])) after[id] = true;
    }
  }
  return 0;
}

std::string misfit_of_outputs(const LayerGraph& graph, const std::vector<bool>& inside,
                              const std::vector<transport::WireValue>& outputs) {
  if (outputs.empty()) return "the plan asks for no output";
  std::set<ValueId> seen;
  for (const transport::WireValue& wire : outputs) {
    const ValueId value = from_wire(wire);
    if (spec_of(graph, value) == nullptr) return "the model has no " + describe_value(graph, value);
    if (!inside[static_cast<std::size_t>(value.unit)]) {
      return describe_value(graph, value) + " is not computed by the stage's units";
    }
    if (!graph.units[static_cast<std::size_t>(value.unit)].transmissible) {
      return describe_value(graph, value) + " cannot travel";
    }
    if (!seen.insert(value).second) return describe_value(graph, value) + " is asked for twice";
  }
  return {};
}

/// A unit that none of the outputs needs; 0 when each is of use.
std::int32_t first_useless(const LayerGraph& graph, const EdgePlan& plan) {
  std::vector<bool> needed(graph.units.size(), false);
  for (const ValueId& value : plan.outputs) needed[static_cast<std::size_t>(value.unit)] = true;
  const std::vector<std::int32_t> units = to_units(plan.units);
  for (auto id = units.rbegin(); id != units.rend(); ++id) {
    if (!needed[static_cast<std::size_t>(*id)]) return *id;
    for (const ValueId& input : graph.units[static_cast<std::size_t>(*id)].inputs) {
      needed[static_cast<std::size_t>(input.unit)] = true;
    }
  }
  return 0;
}

std::string misfit_of_inputs(const LayerGraph& graph, const std::vector<ValueId>& inputs) {
  for (const ValueId& value : inputs) {
    if (!graph.units[static_cast<std::size_t>(value.unit)].transmissible) {
      return describe_value(graph, value) + " is read by the stage but cannot travel";
    }
  }
  return {};
}

std::string misfit_of_stages(const LayerGraph& graph, const transport::RemotePlan& plan) {
  if (plan.exit < 0 || plan.exit >= graph.exit_count()) {
    return "the model has " + std::to_string(graph.exit_count()) + " exits, and no exit number " +
           std::to_string(static_cast<std::int64_t>(plan.exit) + 1);
  }
  if (plan.stages.empty()) return "the plan has no stage";
  if (plan.stages.size() > 1) {
    return "the plan has further stages, but this edge hands nothing on; send one stage";
  }
  if (plan.stages[0].tier == Tier::device) return "the plan's stage belongs to the device";
  return misfit_of_units(graph, plan.stages[0].units);
}

}  // namespace

std::variant<EdgePlan, std::string> check_plan(const LayerGraph& graph,
                                               const transport::RemotePlan& plan) {
  std::string misfit = misfit_of_stages(graph, plan);
  if (!misfit.empty()) return misfit;
  EdgePlan checked;
  checked.exit = plan.exit;
  // Adjacent ranges are merged, so that one set of units has one name.
  checked.units = to_ranges(to_units(plan.stages[0].units));
  std::vector<bool> inside(graph.units.size(), false);
  for (const std::int32_t id : to_units(checked.units)) inside[static_cast<std::size_t>(id)] = true;

  misfit = misfit_of_outputs(graph, inside, plan.outputs);
  if (!misfit.empty()) return misfit;
  if (const std::int32_t unit = first_return(graph, inside); unit != 0) {
    return "the stage's units are not convex: unit " + std::to_string(unit) +
           " reads what other units made of the stage's values";
  }
  checked.inputs = slice::inputs_of(graph, checked.units);
  misfit = misfit_of_inputs(graph, checked.inputs);
  if (!misfit.empty()) return misfit;
  for (const transport::WireValue& value : plan.outputs)
    checked.outputs.push_back(from_wire(value));
  std::sort(checked.outputs.begin(), checked.outputs.end());
  if (const std::int32_t unit = first_useless(graph, checked); unit != 0) {
    return "unit " + std::to_string(unit) + " of the stage is needed by none of the outputs";
  }
  return checked;
}

std::string check_tensors(const LayerGraph& graph, const EdgePlan& plan,
                          const std::vector<transport::WireTensor>& tensors) {
  std::set<ValueId> missing(plan.inputs.begin(), plan.inputs.end());
  for (const transport::WireTensor& tensor : tensors) {
    const ValueId value = from_wire(tensor.value);
    if (missing.erase(value) == 0) {
      return describe_value(graph, value) + " came twice or is not read by the stage";
    }
    std::string misfit = misfit_of(graph, tensor);
    if (!misfit.empty()) return misfit;
  }
  if (missing.empty()) return {};
  return describe_value(graph, *missing.begin()) + " is read by the stage but did not come";
}

namespace {

double rough_cost(const graph::Unit& unit) {
  return 1.0 + static_cast<double>(unit.features.macs) +
         2.5 * static_cast<double>(unit.features.input_bytes + unit.features.output_bytes);
}

/// Bytes that cross behind position `at` of the units; negative when something cannot.
std::int64_t crossing_bytes(const LayerGraph& graph, const std::vector<std::int32_t>& units,
                            std::size_t at) {
  const std::vector<std::int32_t> later(units.begin() + static_cast<std::ptrdiff_t>(at) + 1,
                                        units.end());
  const auto end = units.begin() + static_cast<std::ptrdiff_t>(at) + 1;
  std::int64_t bytes = 0;
  for (const ValueId& value : slice::inputs_of(graph, to_ranges(later))) {
    if (!std::binary_search(units.begin(), end, value.unit)) continue;
    if (!graph.units[static_cast<std::size_t>(value.unit)].transmissible) return -1;
    bytes += spec_of(graph, value)->bytes();
  }
  return bytes;
}

/// Positions behind which to divide: near each equal share of the cost, where the fewest bytes
/// cross.
std::vector<std::size_t> dividing_positions(const LayerGraph& graph,
                                            const std::vector<std::int32_t>& units, int pieces) {
  std::vector<double> reached;
  double total = 0;
  for (const std::int32_t id : units) {
    total += rough_cost(graph.units[static_cast<std::size_t>(id)]);
    reached.push_back(total);
  }
  std::vector<std::size_t> positions;
  for (int piece = 1; piece < pieces; ++piece) {
    const double target = total * piece / pieces;
    const double slack = 0.25 * total / pieces;
    std::pair<double, std::size_t> best{-1, 0};
    for (std::size_t at = 0; at + 1 < units.size(); ++at) {
      if (std::abs(reached[at] - target) > slack) continue;
      const std::int64_t bytes = crossing_bytes(graph, units, at);
      const bool less = best.first < 0 || static_cast<double>(bytes) < best.first;
      if (bytes >= 0 && less) best = {static_cast<double>(bytes), at};
    }
    if (best.first >= 0) positions.push_back(best.second);
  }
  return positions;
}

/// Units (from, upto] of the list, handing out what later units read and what the plan asks for.
slice::SliceSpec piece_of(const LayerGraph& graph, const EdgePlan& plan,
                          const std::vector<std::int32_t>& units, std::size_t from,
                          std::size_t upto) {
  const auto at = [&](std::size_t i) { return units.begin() + static_cast<std::ptrdiff_t>(i); };
  const UnitRanges own = to_ranges({at(from), at(upto)});
  const UnitRanges later = to_ranges({at(upto), units.end()});
  slice::SliceSpec spec = slice::slice_between(graph, own, later, {});
  std::set<ValueId> outputs(spec.outputs.begin(), spec.outputs.end());
  for (const ValueId& value : plan.outputs) {
    if (contains(own, value.unit)) outputs.insert(value);
  }
  spec.outputs.assign(outputs.begin(), outputs.end());
  return spec;
}

}  // namespace

std::vector<slice::SliceSpec> chop(const LayerGraph& graph, const EdgePlan& plan, int pieces) {
  BL_EXPECT(pieces >= 1, "a plan has at least one piece");
  const std::vector<std::int32_t> units = to_units(plan.units);
  std::vector<slice::SliceSpec> specs;
  std::size_t from = 0;
  for (const std::size_t at : dividing_positions(graph, units, pieces)) {
    specs.push_back(piece_of(graph, plan, units, from, at + 1));
    from = at + 1;
  }
  specs.push_back(piece_of(graph, plan, units, from, units.size()));
  return specs;
}

}  // namespace branchline::runtime
