#include "framework/runtime/replanner.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

#include "framework/base/error.h"
#include "framework/runtime/insurance.h"
#include "framework/runtime/link_conditions.h"
#include "framework/runtime/plan_description.h"
#include "framework/runtime/plan_maker.h"

namespace branchline::runtime {
namespace {

constexpr double kBucketsPerDoubling = 3;

int bucket_of(double value) {
  return value > 0 ? static_cast<int>(std::lround(kBucketsPerDoubling * std::log2(value))) : 0;
}

Duration scaled_time(Duration time, double factor) {
  return Duration(std::llround(static_cast<double>(time.count()) * factor));
}

}  // namespace

Replanner::Replanner(graph::LayerGraph graph, std::string digest, const planner::Planner* planner,
                     std::shared_ptr<StepTimes> times, WireCosts& wire, PlanShelf& shelf,
                     const TimeSource& time)
    : digest_(std::move(digest)),
      planner_(planner),
      times_(std::move(times)),
      wire_(wire),
      shelf_(shelf),
      time_(time),
      graph_(std::move(graph)) {}

Duration Replanner::edge_time(const RemotePart& part) const {
  Duration time{0};
  const std::lock_guard lock(mutex_);
  for (const UnitRange& range : part.units) {
    for (std::int32_t unit = range.first; unit <= range.last; ++unit) {
      const auto& times = graph_.units[static_cast<std::size_t>(unit)].time;
      if (times.size() > 1 && times[1]) time += *times[1];
    }
  }
  return time;
}

PlanTimes Replanner::times_of(const RunnablePlan& plan, const LinkView& link) const {
  const double ratio = device_ratio_.value();
  PlanTimes times;
  times.exit = plan.exit;
  times.remote = plan.remote.has_value();
  const Insurance ladder(plan.ladder, ratio);
  for (std::size_t exit = 0; exit < plan.ladder.rungs.size(); ++exit) {
    times.insurance.push_back(ladder.likely(static_cast<int>(exit)));
    times.insurance_accuracy.push_back(wire_.accuracy(static_cast<int>(exit), {}));
  }
  if (!plan.remote) {
    times.device = ladder.expected(plan.exit);
    times.device_cautious = ladder.cautious(plan.exit);
    times.accuracy = wire_.accuracy(plan.exit, {});
    return times;
  }
  for (const DeviceStep& step : plan.front) {
    times.device += step.time->expected(ratio);
    times.device_cautious += step.time->cautious(ratio);
  }
  for (const DeviceStep& step : plan.tail) times.tail += step.time->expected(ratio);
  times.bytes_up = static_cast<std::int64_t>(link.up_overhead);
  times.bytes_down = static_cast<std::int64_t>(link.down_overhead);
  for (const graph::ValueId& value : plan.remote->returned) times.bytes_down += wire_.bytes(value);
  times.edge = scaled_time(edge_time(*plan.remote), edge_ratio_.value());
  times.accuracy = wire_.accuracy(plan.exit, {});
  return times;
}

PlanTimes Replanner::sent_as(PlanTimes times, const WireCosts::Crossing& crossing) const {
  times.bytes_up += crossing.bytes;
  times.encode = crossing.encode;
  times.edge += scaled_time(crossing.decode, edge_ratio_.value());
  if (times.accuracy) *times.accuracy -= crossing.loss;
  return times;
}

/// A plan that sends something can be carried out with several choices of codecs; a planner knows
/// one.
void Replanner::add_ways(const RunnablePlan& plan, std::size_t index, const LinkView& link,
                         Ways& ways) const {
  PlanTimes times = times_of(plan, link);
  if (!plan.remote) {
    ways.candidates.push_back({std::move(times), plan.place, plan.key});
    ways.ways.push_back({index, {}});
    return;
  }
  const std::size_t first = planner_ ? WireCosts::kUsual : WireCosts::kUsual + 1;
  const std::size_t last = planner_ ? WireCosts::kUsual : wire_.levels() - 1;
  for (const auto& crossing : wire_.crossings(plan.exit, plan.remote->sent, first, last)) {
    ways.candidates.push_back({sent_as(times, crossing), plan.place,
                               plan.key + " level " + std::to_string(crossing.level)});
    ways.ways.push_back({index, crossing});
  }
}

Decision Replanner::decide(const Question& asked, const LinkView& link) {
  std::vector<std::shared_ptr<const ShelvedPlan>> ready = shelf_.all();
  std::erase_if(ready, [&](const auto& plan) {
    const bool asked_for = plan->offered || asked.force_place == plan->plan.place;
    return !plan->ready(link.connection) || !asked_for;
  });
  Ways ways;
  for (std::size_t index = 0; index < ready.size(); ++index) {
    add_ways(ready[index]->plan, index, link, ways);
  }
  const EdgeReach access = access_of(link);
  Question question = asked;
  question.may_probe = asked.may_probe && probes_.ask(access.measured, time_.now());
  std::string in_force;
  {
    const std::lock_guard lock(mutex_);
    in_force = in_force_;
  }
  Decision decision;
  decision.link = link;
  decision.choice = choose(ways.candidates, question, conditions_of(link), access, in_force);
  if (decision.choice.blind) blind_ = true;
  const Way& way = ways.ways[decision.choice.candidate];
  decision.shelved = ready[way.plan];
  decision.crossing = way.crossing;
  decision.plan = describe_plan(decision.shelved->plan, wire_, way.crossing,
                                decision.choice.forecast, question.budget);
  if (decision.choice.why == Why::probing) {
    probes_.spend(time_.now());
  } else if (!question.force_exit && !question.force_place && !question.device_only) {
    const std::lock_guard lock(mutex_);
    in_force_ = ways.candidates[decision.choice.candidate].key;
    plan_in_force_ = {decision.plan, decision.choice.why};
  }
  return decision;
}

Plan Replanner::describe_device(int exit) const {
  const std::lock_guard lock(mutex_);
  Plan plan;
  plan.exit = exit + 1;
  plan.exits = graph_.exit_count();
  const std::vector<bool> needed = units_of_exit(graph_, exit);
  std::vector<std::int32_t> units;
  for (std::size_t id = 0; id < needed.size(); ++id) {
    if (needed[id]) units.push_back(static_cast<std::int32_t>(id));
  }
  plan.stages = {{Tier::device, to_ranges(std::move(units)), Duration{0}, 0, ""}};
  plan.expected_accuracy = graph_.exits[static_cast<std::size_t>(exit)].accuracy;
  return plan;
}

graph::LayerGraph Replanner::profiled_graph() const {
  const std::lock_guard lock(mutex_);
  return graph_;
}

graph::LayerGraph Replanner::graph_now() const {
  graph::LayerGraph graph = wire_.with_wire_bytes(profiled_graph());
  const double ratios[] = {device_ratio_.value(), edge_ratio_.value()};
  for (graph::Unit& unit : graph.units) {
    for (std::size_t tier = 0; tier < unit.time.size() && tier < 2; ++tier) {
      if (unit.time[tier]) unit.time[tier] = scaled_time(*unit.time[tier], ratios[tier]);
    }
  }
  return graph;
}

planner::MapConditions Replanner::map_conditions(const LinkConditions& link) const {
  return {{link.uplink_bytes_per_s, link.downlink_bytes_per_s, link.round_trip},
          device_ratio_.value(),
          edge_ratio_.value(),
          link.edge_queue};
}

/// Built anew when what crosses turned out larger or smaller; link, load and speeds only look
/// things up in it.
std::shared_ptr<const PlanMaps> Replanner::maps(bool packed) const {
  MapsFor wanted{0, wire_.version(), packed};
  graph::LayerGraph graph;
  {
    const std::lock_guard lock(mutex_);
    wanted.graph_version = graph_version_;
    if (maps_ && maps_for_ == wanted) return maps_;
    graph = graph_;
  }
  auto made = std::make_shared<const PlanMaps>(plan_maps(graph, wire_, packed));
  const std::lock_guard lock(mutex_);
  maps_for_ = wanted;
  maps_ = made;
  return made;
}

std::vector<RunnablePlan> Replanner::likely_first(const LinkView& link, std::size_t most) const {
  const graph::LayerGraph graph = graph_now();
  const PlanMaker make{graph, digest_, *times_};
  const LinkConditions now = conditions_of(link);
  if (planner_) return make.best(*planner_, now);
  return make.mapped(*maps(link.packs), map_conditions(now), most);
}

void Replanner::replan(const LinkView& link) {
  if (!link.up) return;
  const LinkConditions now = conditions_of(link);
  char state[96];
  std::snprintf(state, sizeof state, "%d %d %d %d %d %d %d", bucket_of(now.uplink_bytes_per_s),
                bucket_of(now.downlink_bytes_per_s),
                bucket_of(1 + std::chrono::duration<double, std::milli>(now.round_trip).count()),
                bucket_of(device_ratio_.value()), bucket_of(edge_ratio_.value()), int{link.packs},
                planner_ ? 0 : static_cast<int>(wire_.version()));
  {
    const std::lock_guard lock(mutex_);
    if (planned_for_ == state) return;
    planned_for_ = state;
  }
  wire_.choose_for(now.uplink_bytes_per_s, link.packs);
  const graph::LayerGraph graph = graph_now();
  const PlanMaker make{graph, digest_, *times_};
  std::vector<RunnablePlan> edge_only = make.edge_only(), splits = make.splits(now);
  const std::size_t least = edge_only.size() + splits.size();
  const std::size_t most = PlanShelf::kMostRemote - std::min(least, PlanShelf::kMostRemote);
  std::vector<PlanShelf::Wanted> wanted;
  for (RunnablePlan& plan : likely_first(link, most)) wanted.push_back({std::move(plan), true});
  for (RunnablePlan& plan : edge_only) wanted.push_back({std::move(plan), true});
  for (RunnablePlan& plan : splits) wanted.push_back({std::move(plan), false});
  shelf_.want_all(std::move(wanted));
}

std::optional<PlanInForce> Replanner::in_force() const {
  const std::lock_guard lock(mutex_);
  return plan_in_force_;
}

Plan Replanner::dry_run(const Question& question, const LinkView& link) const {
  std::vector<RunnablePlan> plans;
  const graph::LayerGraph graph = profiled_graph();
  for (int exit = 0; exit < graph.exit_count(); ++exit) {
    plans.push_back(*runnable_plan(graph, digest_, all_on(graph, exit, Tier::device), *times_));
  }
  if (link.up && link.measured) {
    for (RunnablePlan& plan : likely_first(link, PlanShelf::kMostRemote)) {
      plans.push_back(std::move(plan));
    }
  }
  Ways ways;
  for (std::size_t index = 0; index < plans.size(); ++index) {
    add_ways(plans[index], index, link, ways);
  }
  const Choice choice = choose(ways.candidates, question, conditions_of(link), access_of(link), "");
  const Way& way = ways.ways[choice.candidate];
  return describe_plan(plans[way.plan], wire_, way.crossing, choice.forecast, question.budget);
}

void Replanner::set_graph(graph::LayerGraph graph) {
  const std::lock_guard lock(mutex_);
  BL_EXPECT(graph.units.size() == graph_.units.size(), "the same network, with other times");
  graph_ = std::move(graph);
  ++graph_version_;
  planned_for_.clear();
  edge_ratio_.reset();
}

void Replanner::add_first_exit(Duration took) {
  const std::lock_guard lock(mutex_);
  first_exit_.add(took);
}

Duration Replanner::first_exit_p99() const {
  const std::lock_guard lock(mutex_);
  return first_exit_.forgiving_p99();
}

void Replanner::add_edge_run(const Decision& decision, Duration compute) {
  edge_ratio_.add(compute, edge_time(*decision.shelved->plan.remote) + decision.crossing.decode,
                  time_.now());
}

void Replanner::add_device_run(const StepTime& step, Duration took) {
  device_ratio_.add(took, step.predicted(), time_.now());
}

}  // namespace branchline::runtime
