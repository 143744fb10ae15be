#include "framework/runtime/replanner.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

#include "framework/base/error.h"
#include "framework/runtime/link_conditions.h"
#include "framework/runtime/plan_description.h"
#include "framework/runtime/plan_maker.h"

namespace branchline::runtime {
namespace {

constexpr double kBucketsPerDoubling = 3;

int bucket_of(double value) {
  return value > 0 ? static_cast<int>(std::lround(kBucketsPerDoubling * std::log2(value))) : 0;
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
      graph_(std::make_shared<const graph::LayerGraph>(std::move(graph))) {}

PlanPricing Replanner::pricing(const graph::LayerGraph& graph) const {
  PlanPricing pricing{graph, wire_, device_ratio_.value(), edge_ratio_.value()};
  if (planner_) return pricing;  // a planner knows one choice of codecs, the usual one
  pricing.first_level = WireCosts::kUsual + 1;
  pricing.last_level = wire_.levels() - 1;
  return pricing;
}

PlanOffers Replanner::price_shelf(std::uint64_t connection, std::optional<Place> forced) const {
  PlanOffers offers;
  offers.plans = shelf_.all();
  std::erase_if(offers.plans, [&](const auto& plan) {
    const bool asked_for = plan->offered || forced == plan->plan.place;
    return !plan->ready(connection) || !asked_for;
  });
  const auto graph = profiled_graph();
  const PlanPricing prices = pricing(*graph);
  for (std::size_t index = 0; index < offers.plans.size(); ++index) {
    prices.add(offers.plans[index]->plan, index, offers);
  }
  return offers;
}

std::shared_ptr<const PlanOffers> Replanner::offers(std::uint64_t connection) {
  const PricedAt now{connection, shelf_.version(), wire_.changes(), runs_};
  {
    const std::lock_guard lock(mutex_);
    if (offers_ && priced_at_ == now) return offers_;
  }
  auto made = std::make_shared<const PlanOffers>(price_shelf(connection, std::nullopt));
  const std::lock_guard lock(mutex_);
  priced_at_ = now;
  offers_ = made;
  return made;
}

void Replanner::price_ahead(const LinkView& link) { offers(link.connection); }

Decision Replanner::decide(const Question& asked, const LinkView& link) {
  const std::shared_ptr<const PlanOffers> offers =
      asked.force_place
          ? std::make_shared<const PlanOffers>(price_shelf(link.connection, asked.force_place))
          : this->offers(link.connection);
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
  decision.choice = choose(offers->candidates, question, conditions_of(link), access, in_force);
  if (decision.choice.blind) blind_ = true;
  const PlanOffers::Way& way = offers->ways[decision.choice.candidate];
  decision.shelved = offers->plans[way.plan];
  decision.crossing = way.crossing;
  decision.plan = describe_plan(decision.shelved->plan, wire_, way.crossing,
                                decision.choice.forecast, question.budget);
  if (decision.choice.why == Why::probing) {
    probes_.spend(time_.now());
  } else if (!question.force_exit && !question.force_place && !question.device_only) {
    const std::lock_guard lock(mutex_);
    in_force_ = offers->candidates[decision.choice.candidate].key;
    plan_in_force_ = {decision.plan, decision.choice.why};
  }
  return decision;
}

Plan Replanner::describe_device(int exit) const {
  const auto graph = profiled_graph();
  Plan plan;
  plan.exit = exit + 1;
  plan.exits = graph->exit_count();
  const std::vector<bool> needed = units_of_exit(*graph, exit);
  std::vector<std::int32_t> units;
  for (std::size_t id = 0; id < needed.size(); ++id) {
    if (needed[id]) units.push_back(static_cast<std::int32_t>(id));
  }
  plan.stages = {{Tier::device, to_ranges(std::move(units)), Duration{0}, 0, ""}};
  plan.expected_accuracy = graph->exits[static_cast<std::size_t>(exit)].accuracy;
  return plan;
}

std::shared_ptr<const graph::LayerGraph> Replanner::profiled_graph() const {
  const std::lock_guard lock(mutex_);
  return graph_;
}

graph::LayerGraph Replanner::graph_now() const {
  graph::LayerGraph graph = wire_.with_wire_bytes(*profiled_graph());
  const double ratios[] = {device_ratio_.value(), edge_ratio_.value()};
  for (graph::Unit& unit : graph.units) {
    for (std::size_t tier = 0; tier < unit.time.size() && tier < 2; ++tier) {
      if (unit.time[tier]) unit.time[tier] = scaled(*unit.time[tier], ratios[tier]);
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
  std::shared_ptr<const graph::LayerGraph> graph;
  {
    const std::lock_guard lock(mutex_);
    wanted.graph_version = graph_version_;
    if (maps_ && maps_for_ == wanted) return maps_;
    graph = graph_;
  }
  auto made = std::make_shared<const PlanMaps>(plan_maps(*graph, wire_, packed));
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
  const auto graph = profiled_graph();
  for (int exit = 0; exit < graph->exit_count(); ++exit) {
    plans.push_back(*runnable_plan(*graph, digest_, all_on(*graph, exit, Tier::device), *times_));
  }
  if (link.up && link.measured) {
    for (RunnablePlan& plan : likely_first(link, PlanShelf::kMostRemote)) {
      plans.push_back(std::move(plan));
    }
  }
  PlanOffers offers;
  const PlanPricing prices = pricing(*graph);
  for (std::size_t index = 0; index < plans.size(); ++index) {
    prices.add(plans[index], index, offers);
  }
  const Choice choice =
      choose(offers.candidates, question, conditions_of(link), access_of(link), "");
  const PlanOffers::Way& way = offers.ways[choice.candidate];
  return describe_plan(plans[way.plan], wire_, way.crossing, choice.forecast, question.budget);
}

void Replanner::set_graph(graph::LayerGraph graph) {
  const std::lock_guard lock(mutex_);
  BL_EXPECT(graph.units.size() == graph_->units.size(), "the same network, with other times");
  graph_ = std::make_shared<const graph::LayerGraph>(std::move(graph));
  ++graph_version_;
  ++runs_;
  planned_for_.clear();
  edge_ratio_.reset();
}

void Replanner::add_first_exit(Duration took) {
  const std::lock_guard lock(mutex_);
  first_exit_.add(took);
  first_exit_p99_ = first_exit_.forgiving_p99();  // here, for deciding must not take its time
}

Duration Replanner::first_exit_p99() const {
  const std::lock_guard lock(mutex_);
  return first_exit_p99_;
}

void Replanner::add_edge_run(const Decision& decision, Duration compute) {
  const auto graph = profiled_graph();
  const Duration predicted = pricing(*graph).edge_time(*decision.shelved->plan.remote);
  edge_ratio_.add(compute, predicted + decision.crossing.decode, time_.now());
  ++runs_;
}

void Replanner::add_device_run(StepTime& step, Duration took) {
  step.add(took);
  device_ratio_.add(took, step.predicted(), time_.now());
  ++runs_;
}

}  // namespace branchline::runtime
