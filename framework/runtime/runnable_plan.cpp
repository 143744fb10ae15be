#include "framework/runtime/runnable_plan.h"

#include <algorithm>

namespace branchline::runtime {
namespace {

std::vector<bool> mask_of(const graph::LayerGraph& graph, const UnitRanges& units) {
  std::vector<bool> mask(graph.units.size(), false);
  for (const std::int32_t unit : to_units(units)) mask[static_cast<std::size_t>(unit)] = true;
  return mask;
}

UnitRanges without_input(const UnitRanges& units) {
  std::vector<std::int32_t> ids = to_units(units);
  std::erase(ids, 0);
  return to_ranges(std::move(ids));
}

/// The stages as front, edge and tail; nullopt when there are more.
struct Excursion {
  UnitRanges front, edge, tail;
};

std::optional<Excursion> excursion_of(const std::vector<planner::PlanStage>& stages) {
  Excursion parts;
  UnitRanges* next = &parts.front;
  for (const planner::PlanStage& stage : stages) {
    const UnitRanges units = without_input(stage.units);
    if (units.empty()) continue;
    if (stage.tier == Tier::edge && next == &parts.front) {
      parts.edge = units;
      next = &parts.tail;
    } else if (stage.tier == Tier::device && next->empty()) {
      *next = units;
    } else {
      return std::nullopt;
    }
  }
  return parts;
}

/// The edge would be asked twice: a planner whose cut is not closed under "needs" (DADS as
/// published) places units so.
bool front_needs_edge(const graph::LayerGraph& graph, const Excursion& parts) {
  const std::vector<bool> on_edge = mask_of(graph, parts.edge);
  for (const std::int32_t unit : to_units(parts.front)) {
    for (const graph::ValueId& value : graph.units.at(static_cast<std::size_t>(unit)).inputs) {
      if (on_edge.at(static_cast<std::size_t>(value.unit))) return true;
    }
  }
  return false;
}

std::vector<transport::WireValue> wire_values(const std::vector<graph::ValueId>& values) {
  std::vector<transport::WireValue> wire;
  for (const graph::ValueId& value : values) wire.push_back({value.unit, value.index});
  return wire;
}

RemotePart remote_part(const graph::LayerGraph& graph, const std::string& digest, int exit,
                       const Excursion& parts) {
  RemotePart remote;
  remote.units = parts.edge;
  remote.sent = slice::inputs_of(graph, parts.edge);
  remote.returned = slice::slice_between(graph, parts.edge, parts.tail, {exit}).outputs;
  remote.plan = {digest, exit, {{Tier::edge, parts.edge}}, wire_values(remote.returned)};
  return remote;
}

std::string key_of(int exit, const Excursion& parts) {
  return "exit " + std::to_string(exit + 1) + " edge " + to_string(parts.edge);
}

}  // namespace

std::optional<RunnablePlan> runnable_plan(const graph::LayerGraph& graph, const std::string& digest,
                                          const planner::Plan& plan, StepTimes& times) {
  RunnablePlan runnable;
  runnable.exit = plan.exit;
  runnable.stages = planner::stages_of(plan);
  const std::optional<Excursion> parts = excursion_of(runnable.stages);
  if (!parts || front_needs_edge(graph, *parts)) return std::nullopt;
  runnable.key = key_of(plan.exit, *parts);
  if (parts->edge.empty()) {
    runnable.ladder = exit_ladder(graph, mask_of(graph, {}), times);
    return runnable;
  }
  runnable.place = parts->front.empty() && parts->tail.empty() ? Place::edge : Place::split;
  runnable.front = steps_of(graph, mask_of(graph, parts->front), plan.exit, times);
  runnable.tail = steps_of(graph, mask_of(graph, parts->tail), plan.exit, times);
  runnable.remote = remote_part(graph, digest, plan.exit, *parts);
  runnable.ladder = exit_ladder(graph, mask_of(graph, parts->front), times);
  return runnable;
}

planner::Plan all_on(const graph::LayerGraph& graph, int exit, Tier tier) {
  planner::Plan plan;
  plan.exit = exit;
  const std::vector<bool> needed = units_of_exit(graph, exit);
  plan.tier.resize(graph.units.size());
  for (std::size_t id = 0; id < needed.size(); ++id) {
    if (needed[id]) plan.tier[id] = id == 0 ? Tier::device : tier;
  }
  return plan;
}

}  // namespace branchline::runtime
