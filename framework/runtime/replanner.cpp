#include "framework/runtime/replanner.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

#include "framework/base/error.h"
#include "framework/runtime/insurance.h"
#include "framework/runtime/link_conditions.h"
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

Replanner::Replanner(graph::LayerGraph graph, std::string digest, const planner::Planner& planner,
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
  for (const graph::ValueId& value : plan.remote->sent) {
    times.bytes_up += wire_.bytes(value);
    times.encode += wire_.encode_time(value);
  }
  times.bytes_down = static_cast<std::int64_t>(link.down_overhead);
  for (const graph::ValueId& value : plan.remote->returned) times.bytes_down += wire_.bytes(value);
  times.edge = scaled_time(edge_time(*plan.remote), edge_ratio_.value());
  times.accuracy = wire_.accuracy(plan.exit, plan.remote->sent);
  return times;
}

Decision Replanner::decide(const Question& asked, const LinkView& link) {
  std::vector<std::shared_ptr<const ShelvedPlan>> ready = shelf_.all();
  std::erase_if(ready, [&](const auto& plan) {
    const bool asked_for = plan->offered || asked.force_place == plan->plan.place;
    return !plan->ready(link.connection) || !asked_for;
  });
  std::vector<Candidate> candidates;
  candidates.reserve(ready.size());
  for (const auto& plan : ready) {
    candidates.push_back({times_of(plan->plan, link), plan->plan.place, plan->plan.key});
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
  decision.choice = choose(candidates, question, conditions_of(link), access, in_force);
  if (decision.choice.blind) blind_ = true;
  decision.shelved = ready[decision.choice.candidate];
  decision.plan = describe(decision.shelved->plan, decision.choice.forecast, question.budget);
  if (decision.choice.why == Why::probing) {
    probes_.spend(time_.now());
  } else if (!question.force_exit && !question.force_place && !question.device_only) {
    const std::lock_guard lock(mutex_);
    in_force_ = decision.shelved->plan.key;
    plan_in_force_ = decision.plan;
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

Plan Replanner::describe(const RunnablePlan& runnable, const Forecast& forecast,
                         Duration budget) const {
  Plan plan;
  plan.exit = runnable.exit + 1;
  plan.exits = static_cast<int>(runnable.ladder.rungs.size());
  plan.place = runnable.place;
  plan.predicted = forecast.total;
  plan.margin = budget - forecast.total;
  for (const planner::PlanStage& stage : runnable.stages) {
    plan.stages.push_back({stage.tier, stage.units, Duration{0}, 0, ""});
  }
  if (!runnable.remote) {
    plan.expected_accuracy = wire_.accuracy(runnable.exit, {});
    return plan;
  }
  plan.expected_accuracy = wire_.accuracy(runnable.exit, runnable.remote->sent);
  for (std::size_t i = 0; i < plan.stages.size(); ++i) {
    const bool sends = i + 1 < plan.stages.size() && plan.stages[i + 1].tier == Tier::edge;
    if (!sends) continue;
    for (const graph::ValueId& value : runnable.remote->sent) {
      plan.stages[i].bytes += static_cast<std::uint64_t>(wire_.bytes(value));
      const std::string codec = transport::name_of(wire_.codec(value));
      if (plan.stages[i].codec.find(codec) != std::string::npos) continue;
      plan.stages[i].codec += (plan.stages[i].codec.empty() ? "" : "+") + codec;
    }
  }
  return plan;
}

graph::LayerGraph Replanner::graph_now() const {
  graph::LayerGraph graph;
  {
    const std::lock_guard lock(mutex_);
    graph = graph_;
  }
  graph = wire_.with_wire_bytes(std::move(graph));
  const double ratios[] = {device_ratio_.value(), edge_ratio_.value()};
  for (graph::Unit& unit : graph.units) {
    for (std::size_t tier = 0; tier < unit.time.size() && tier < 2; ++tier) {
      if (unit.time[tier]) unit.time[tier] = scaled_time(*unit.time[tier], ratios[tier]);
    }
  }
  return graph;
}

void Replanner::replan(const LinkView& link) {
  if (!link.up) return;
  const LinkConditions now = conditions_of(link);
  char state[96];
  std::snprintf(state, sizeof state, "%d %d %d %d %d %d", bucket_of(now.uplink_bytes_per_s),
                bucket_of(now.downlink_bytes_per_s),
                bucket_of(1 + std::chrono::duration<double, std::milli>(now.round_trip).count()),
                bucket_of(device_ratio_.value()), bucket_of(edge_ratio_.value()), int{link.packs});
  {
    const std::lock_guard lock(mutex_);
    if (planned_for_ == state) return;
    planned_for_ = state;
  }
  wire_.choose_for(now.uplink_bytes_per_s, link.packs);
  const graph::LayerGraph graph = graph_now();
  const PlanMaker make{graph, digest_, planner_, *times_};
  std::vector<RunnablePlan> plans = make.best(now);
  // Last wanted is last dropped: the plans for the link as it is come first in `plans`.
  std::reverse(plans.begin(), plans.end());
  for (RunnablePlan& plan : make.splits(now)) shelf_.want(std::move(plan), false);
  for (RunnablePlan& plan : make.edge_only()) shelf_.want(std::move(plan));
  for (RunnablePlan& plan : plans) shelf_.want(std::move(plan));
}

std::optional<Plan> Replanner::in_force() const {
  const std::lock_guard lock(mutex_);
  return plan_in_force_;
}

Plan Replanner::dry_run(const Question& question, const LinkView& link) const {
  std::vector<RunnablePlan> plans;
  const graph::LayerGraph graph = graph_now();
  for (int exit = 0; exit < graph.exit_count(); ++exit) {
    plans.push_back(*runnable_plan(graph, digest_, all_on(graph, exit, Tier::device), *times_));
  }
  if (link.up && link.measured) {
    const PlanMaker make{graph, digest_, planner_, *times_};
    for (RunnablePlan& plan : make.best(conditions_of(link))) plans.push_back(std::move(plan));
  }
  std::vector<Candidate> candidates;
  for (const RunnablePlan& plan : plans) {
    candidates.push_back({times_of(plan, link), plan.place, plan.key});
  }
  const Choice choice = choose(candidates, question, conditions_of(link), access_of(link), "");
  return describe(plans[choice.candidate], choice.forecast, question.budget);
}

void Replanner::set_graph(graph::LayerGraph graph) {
  const std::lock_guard lock(mutex_);
  BL_EXPECT(graph.units.size() == graph_.units.size(), "the same network, with other times");
  graph_ = std::move(graph);
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

void Replanner::add_edge_run(const RemotePart& part, Duration compute) {
  edge_ratio_.add(compute, edge_time(part));
}

void Replanner::add_device_run(const StepTime& step, Duration took) {
  device_ratio_.add(took, step.predicted());
}

}  // namespace branchline::runtime
