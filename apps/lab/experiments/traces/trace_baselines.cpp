#include "apps/lab/experiments/traces/trace_baselines.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <utility>

#include "framework/base/error.h"
#include "framework/planner/adaptation/change_point.h"
#include "framework/planner/adaptation/configuration_map.h"
#include "framework/planner/algorithms/edgent.h"
#include "framework/planner/planner_registry.h"

namespace branchline::lab {
namespace {

using planner::ConfigurationRule;

constexpr double kDeadLink = 1e-3;  // bytes/s: planners take no zero
constexpr std::size_t kEdgentStates = 8;

ChoosePlan always(FramePlan plan) {
  return [plan = std::move(plan)](const SeenLink&) -> const FramePlan& { return plan; };
}

/// What planners and plans of one network share, and the plans worked out so far.
struct PlanningDesk {
  PlanningDesk(const TraceSetting& given, const TraceCase& trace)
      : setting(given),
        wire(given.graph, given.model->manifest(), given.slowdown),
        graph(wire.with_wire_bytes(given.graph)),
        round_trip(2 * trace.link.delay) {}

  planner::LinkSpeed speed(const SeenLink& link) const {
    return {std::max(link.uplink_bytes_per_s, kDeadLink),
            std::max(link.downlink_bytes_per_s, kDeadLink), round_trip};
  }

  const FramePlan& worked_out(const planner::Plan& plan) {
    std::string key = std::to_string(plan.exit);
    for (const auto& tier : plan.tier) key += !tier ? '-' : *tier == Tier::device ? 'd' : 'e';
    const auto known = plans.find(key);
    if (known != plans.end()) return known->second;
    const auto made = frame_plan(setting, plan, engine_codecs(wire));
    BL_EXPECT(made.has_value(), "these planners go to the edge once at most");
    return plans.emplace(key, *made).first->second;
  }

  const TraceSetting& setting;
  const runtime::WireCosts wire;
  const graph::LayerGraph graph;
  const Duration round_trip;
  const planner::PlannerRegistry planners = planner::standard_planners();
  std::map<std::string, FramePlan> plans;
};

ChoosePlan asking(const std::shared_ptr<PlanningDesk>& desk, const std::string& algorithm,
                  std::optional<Duration> deadline) {
  return [desk, algorithm, deadline](const SeenLink& link) -> const FramePlan& {
    const planner::PlanRequest request{desk->graph, desk->speed(link), {}, {}, deadline,
                                       {},          Duration{0}};
    const auto plan = desk->planners.find(algorithm).plan(request);
    BL_EXPECT(plan.has_value(), "the device can run every exit");
    return desk->worked_out(*plan);
  };
}

ChoosePlan mapping(const std::shared_ptr<PlanningDesk>& desk, const TraceCase& trace,
                   ConfigurationRule rule) {
  std::vector<double> history = uplink_history(trace);
  if (history.empty()) history = {kDeadLink};
  double down = 0;
  for (const transport::RateStep& step : trace.link.downlink.steps) down += step.bytes_per_s;
  down /= static_cast<double>(trace.link.downlink.steps.size());
  const planner::PlanRequest request{
      desk->graph, desk->speed({1, down}), {}, {}, desk->setting.deadline, {}, Duration{0}};
  const auto edgent = planner::make_edgent();
  const auto map = std::make_shared<const planner::ConfigurationMap>(planner::configuration_map(
      *edgent, request, planner::bandwidth_states(history, kEdgentStates), rule));
  const auto every = std::max<std::int64_t>(
      1, std::llround(1e9 / static_cast<double>(desk->setting.period.count())));
  return [desk, map, every, frame = std::int64_t{0}, detector = planner::ChangePointDetector()](
             const SeenLink& link) mutable -> const FramePlan& {
    if (frame++ % every == 0) detector.add(link.uplink_bytes_per_s);
    const double level = std::max(detector.level().value_or(0), kDeadLink);
    return desk->worked_out(map->entries.at(map->look_up(level).value()).plan);
  };
}

}  // namespace

std::vector<Baseline> fixed_baselines(const TraceSetting& setting) {
  std::vector<Baseline> baselines;
  const int deepest = setting.graph.exit_count() - 1;
  for (const FramePlan& plan : all_frame_plans(setting)) {
    if (plan.place == Place::device) {
      baselines.push_back({"device only, exit " + std::to_string(plan.exit + 1), always(plan)});
    }
    const bool whole = plan.place == Place::edge && plan.exit == deepest;
    if (!whole) continue;
    const std::string& codec = plan.crossing.codec;
    const std::string name = codec == "jpeg" ? "JPEG" : codec == "png" ? "PNG" : codec;
    baselines.push_back({"edge only, " + name, always(plan)});
  }
  return baselines;
}

std::vector<Baseline> fixed_splits(const TraceSetting& setting) {
  std::vector<Baseline> splits;
  for (const FramePlan& plan : all_frame_plans(setting)) {
    if (plan.place != Place::split) continue;
    splits.push_back({"best fixed split", always(plan)});
  }
  return splits;
}

std::vector<Baseline> planning_baselines(const TraceSetting& setting, const TraceCase& trace) {
  const auto desk = std::make_shared<PlanningDesk>(setting, trace);
  return {{"neurosurgeon", asking(desk, "neurosurgeon", std::nullopt)},
          {"edgent static", asking(desk, "edgent", setting.deadline)},
          {"edgent dynamic", mapping(desk, trace, ConfigurationRule::reward)},
          {"edgent dynamic, depth", mapping(desk, trace, ConfigurationRule::deepest_in_time)}};
}

}  // namespace branchline::lab
