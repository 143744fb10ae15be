#include "framework/runtime/exit_ladder.h"

#include <algorithm>
#include <numeric>

namespace branchline::runtime {
namespace {

using Mask = std::vector<bool>;

Mask both(Mask a, const Mask& b) {
  for (std::size_t id = 0; id < a.size(); ++id) a[id] = a[id] && b[id];
  return a;
}

Mask without(Mask a, const Mask& b) {
  for (std::size_t id = 0; id < a.size(); ++id) a[id] = a[id] && !b[id];
  return a;
}

Mask either(Mask a, const Mask& b) {
  for (std::size_t id = 0; id < a.size(); ++id) a[id] = a[id] || b[id];
  return a;
}

UnitRanges ranges_of(const Mask& mask) {
  std::vector<std::int32_t> units;
  for (std::size_t id = 1; id < mask.size(); ++id) {  // unit 0 is the input: nothing to run
    if (mask[id]) units.push_back(static_cast<std::int32_t>(id));
  }
  return to_ranges(std::move(units));
}

/// What exit number `exit` shares with deeper ones: closed under predecessors, as both sides are.
Mask shared_with_deeper(const graph::LayerGraph& graph, int exit) {
  Mask deeper(graph.units.size(), false);
  for (int other = exit + 1; other < graph.exit_count(); ++other) {
    deeper = either(std::move(deeper), units_of_exit(graph, other));
  }
  return both(units_of_exit(graph, exit), deeper);
}

DeviceStep step_of(const graph::LayerGraph& graph, const UnitRanges& units, StepTimes& times) {
  Mask outside(graph.units.size(), true);
  for (const std::int32_t unit : to_units(units)) outside[static_cast<std::size_t>(unit)] = false;
  std::vector<int> exits(static_cast<std::size_t>(graph.exit_count()));
  std::iota(exits.begin(), exits.end(), 0);
  DeviceStep step;
  step.spec = slice::slice_between(graph, units, ranges_of(outside), exits);
  step.inputs = slice::inputs_of(graph, units);
  step.time = times.of(units);
  for (const int exit : exits) {
    if (contains(units, graph.exits[static_cast<std::size_t>(exit)].value.unit)) step.exit = exit;
  }
  return step;
}

}  // namespace

std::vector<DeviceStep> steps_of(const graph::LayerGraph& graph, const std::vector<bool>& mask,
                                 int exit, StepTimes& times) {
  std::vector<DeviceStep> steps;
  Mask left = mask;
  const auto add = [&](const Mask& units) {
    const UnitRanges ranges = ranges_of(both(left, units));
    if (!ranges.empty()) steps.push_back(step_of(graph, ranges, times));
    left = without(std::move(left), units);
  };
  for (int passed = 0; passed <= exit; ++passed) add(shared_with_deeper(graph, passed));
  add(Mask(graph.units.size(), true));
  return steps;
}

ExitLadder exit_ladder(const graph::LayerGraph& graph, const std::vector<bool>& done,
                       StepTimes& times) {
  ExitLadder ladder;
  for (int exit = 0; exit < graph.exit_count(); ++exit) {
    std::vector<std::size_t>& rung = ladder.rungs.emplace_back();
    const Mask rest = without(units_of_exit(graph, exit), done);
    for (DeviceStep& step : steps_of(graph, rest, exit, times)) {
      const auto same =
          std::find_if(ladder.steps.begin(), ladder.steps.end(),
                       [&step](const DeviceStep& other) { return other.spec == step.spec; });
      rung.push_back(static_cast<std::size_t>(same - ladder.steps.begin()));
      if (same == ladder.steps.end()) ladder.steps.push_back(std::move(step));
    }
  }
  return ladder;
}

}  // namespace branchline::runtime
