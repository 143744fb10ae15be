#include "framework/slice/slice_spec.h"

#include <algorithm>
#include <set>
#include <string>

#include "framework/base/error.h"

namespace branchline::slice {

std::vector<ValueId> inputs_of(const graph::LayerGraph& graph, const UnitRanges& units) {
  std::set<ValueId> inputs;
  for (const std::int32_t id : to_units(units)) {
    for (const ValueId& value : graph.units.at(static_cast<std::size_t>(id)).inputs) {
      if (value.unit == 0 || !contains(units, value.unit)) inputs.insert(value);
    }
  }
  return {inputs.begin(), inputs.end()};
}

SliceSpec slice_between(const graph::LayerGraph& graph, const UnitRanges& units,
                        const UnitRanges& later, const std::vector<int>& exits) {
  std::set<ValueId> outputs;
  const auto add = [&](const ValueId& value) {
    if (value.unit != 0 && contains(units, value.unit)) outputs.insert(value);
  };
  for (const ValueId& value : inputs_of(graph, later)) add(value);
  for (const int exit : exits) add(graph.exits.at(static_cast<std::size_t>(exit)).value);
  return {units, {outputs.begin(), outputs.end()}};
}

namespace {

void check_convex(const graph::LayerGraph& graph, const SliceSpec& spec) {
  // Units outside that need a unit inside: none of them may feed the set again.
  std::vector<bool> after(graph.units.size(), false);
  for (const graph::Unit& unit : graph.units) {
    const bool inside = contains(spec.units, unit.id);
    for (const ValueId& value : unit.inputs) {
      const bool comes_back = after.at(static_cast<std::size_t>(value.unit));
      BL_EXPECT(!inside || !comes_back,
                "units " + to_string(spec.units) + " are not convex: unit " +
                    std::to_string(unit.id) + " reads unit " + std::to_string(value.unit) +
                    ", which is outside and itself needs a unit of the set");
      const bool leaves = value.unit != 0 && contains(spec.units, value.unit);
      if (!inside && (leaves || comes_back)) after[static_cast<std::size_t>(unit.id)] = true;
    }
  }
}

}  // namespace

void check_spec(const graph::LayerGraph& graph, const SliceSpec& spec) {
  const std::string name = "units " + to_string(spec.units);
  BL_EXPECT(unit_count(spec.units) > 0, "a slice needs units");
  BL_EXPECT(spec.units.front().first >= 0 && spec.units.back().last < graph.unit_count(),
            name + " go beyond the graph's " + std::to_string(graph.unit_count()));
  BL_EXPECT(!spec.outputs.empty(), "the slice of " + name + " hands out nothing");
  BL_EXPECT(std::is_sorted(spec.outputs.begin(), spec.outputs.end()) &&
                std::adjacent_find(spec.outputs.begin(), spec.outputs.end()) == spec.outputs.end(),
            "the outputs of " + name + " are not ascending");
  for (const ValueId& value : spec.outputs) {
    BL_EXPECT(
        contains(spec.units, value.unit) &&
            value.index < static_cast<std::int32_t>(
                              graph.units[static_cast<std::size_t>(value.unit)].outputs.size()),
        name + " do not produce output " + std::to_string(value.index) + " of unit " +
            std::to_string(value.unit));
  }
  check_convex(graph, spec);
}

}  // namespace branchline::slice
