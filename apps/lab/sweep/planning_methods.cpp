#include "apps/lab/sweep/planning_methods.h"

#include <algorithm>
#include <array>
#include <functional>
#include <utility>

#include "apps/lab/sweep/planning_graphs.h"
#include "apps/lab/toml/nearest_word.h"
#include "framework/base/error.h"
#include "framework/planner/adaptation/configuration_map.h"
#include "framework/planner/algorithms/edgent.h"
#include "framework/planner/plan_cost.h"
#include "framework/planner/simulate.h"
#include "framework/planner/stage_times.h"
#include "framework/runtime/replanner.h"
#include "framework/slice/slice_cache.h"

namespace branchline::lab {
namespace {

using planner::Plan;
using planner::PlanRequest;
using transport::Codec;

constexpr const char* kUninsured = "branchline-uninsured";
constexpr const char* kCodecsSuffix = "+codecs";
constexpr std::size_t kEdgentStates = 8;
constexpr int kSolverRuns = 3;
/// The engine answers this much before the deadline as a rule.
constexpr Duration kReserve = std::chrono::milliseconds(2);

/// Names of our own; the registry has more.
struct NamedMethod {
  const char* name;
  const char* planner;  ///< of the registry
  bool knows_deadline;
};
constexpr std::array<NamedMethod, 8> kMethods = {{{"device-only", "device-only", false},
                                                  {"edge-only", "edge-only", false},
                                                  {"partition-only", "neurosurgeon", false},
                                                  {"edgent", "edgent", true},
                                                  {"edgent-static", "edgent", true},
                                                  {"edgent-dynamic", "edgent", true},
                                                  {kUninsured, "", true},
                                                  {kEngineMethod, "", true}}};

const NamedMethod* named(const std::string& base) {
  const auto found = std::find_if(kMethods.begin(), kMethods.end(),
                                  [&](const auto& method) { return base == method.name; });
  return found == kMethods.end() ? nullptr : &*found;
}

struct MethodName {
  std::string base;
  bool codecs = false;
};

MethodName split_name(const std::string& method) {
  const std::string suffix = kCodecsSuffix;
  const bool codecs = method.size() > suffix.size() && method.ends_with(suffix);
  return {codecs ? method.substr(0, method.size() - suffix.size()) : method, codecs};
}

/// Runs it a few times. @returns what it gives and the quickest run
template <typename Work>
auto timed(const Work& work, Duration& quickest) {
  quickest = Duration::max();
  auto result = work();
  for (int run = 0; run < kSolverRuns; ++run) {
    const TimePoint begun = Clock::now();
    result = work();
    quickest = std::min(quickest, Duration(Clock::now() - begun));
  }
  return result;
}

}  // namespace

std::vector<std::string> method_names() {
  std::vector<std::string> names;
  for (const NamedMethod& method : kMethods) names.emplace_back(method.name);
  const planner::PlannerRegistry registry = planner::standard_planners();
  for (const planner::Planner* planner : registry.all()) {
    if (named(planner->name()) == nullptr) names.push_back(planner->name());
  }
  return names;
}

void check_method(const std::string& method, const std::string& where) {
  const MethodName name = split_name(method);
  const std::vector<std::string> known = method_names();
  if (std::find(known.begin(), known.end(), name.base) == known.end()) {
    const auto nearest = nearest_word(name.base, known);
    throw InputError("'" + method + "' is no method", where,
                     nearest ? "did you mean '" + *nearest + "'?" : "see docs/experiments.md");
  }
  if (name.codecs && (name.base == kEngineMethod || name.base == kUninsured)) {
    throw InputError("'" + method + "' says nothing new", where, name.base + " has its codecs");
  }
}

/// What a method decided, before it is priced.
struct PlanningDesk::Placed {
  int exit = 0;
  std::vector<std::optional<Tier>> tier;
  std::optional<std::vector<planner::CrossingCodec>> codecs;  ///< nullopt: the quickest
  bool in_time = true;
  bool none = false;
  Duration solver{0};
};

/// The parts of an engine that decide, over a link that is known.
struct PlanningDesk::Engine {
  Engine(const LabNetwork& network, runtime::WireCosts& wire, const planner::LinkSpeed& link)
      : times(std::make_shared<runtime::StepTimes>(network.graph)),
        shelf(
            network.model, cache, [] {}, [](const std::string&) {}),
        replanner(network.graph, network.model->digest(), nullptr, times, wire, shelf, time) {
    view.configured = view.up = view.tried = view.packs = true;
    view.connection = 1;
    view.up_overhead = static_cast<std::uint64_t>(network.up_overhead);
    view.down_overhead = static_cast<std::uint64_t>(network.down_overhead);
    view.measured.emplace();
    view.measured->uplink_bytes_per_s = link.uplink_bytes_per_s;
    view.measured->downlink_bytes_per_s = link.downlink_bytes_per_s;
    view.measured->round_trip = link.round_trip;
    wire.choose_for(link.uplink_bytes_per_s, view.packs);
  }

  SystemTime time;
  slice::SliceCache cache{1 << 20};
  std::shared_ptr<runtime::StepTimes> times;
  runtime::PlanShelf shelf;
  runtime::Replanner replanner;
  runtime::LinkView view;
};

PlanningDesk::PlanningDesk(const LabNetwork& network, const planner::LinkSpeed& link,
                           std::vector<double> states)
    : network_(network),
      link_(link),
      states_(std::move(states)),
      wire_(network.wire_costs()),
      raw_(with_overhead(network.graph, network.up_overhead)),
      encoded_(with_overhead(with_engine_codecs(network.graph, *wire_), network.up_overhead)),
      published_(as_published(raw_)),
      predicted_(with_regression_times(published_, network)),
      engine_(std::make_unique<Engine>(network, *wire_, link)) {}

PlanningDesk::~PlanningDesk() = default;

PlanRequest PlanningDesk::request(const graph::LayerGraph& graph) const {
  const graph::ValueId logits = network_.graph.exits.back().value;
  const graph::TensorSpec& spec = network_.graph.units.at(static_cast<std::size_t>(logits.unit))
                                      .outputs.at(static_cast<std::size_t>(logits.index));
  return {graph, link_, {}, {}, {}, spec.bytes() + network_.down_overhead, Duration{0}};
}

PlanningDesk::Placed PlanningDesk::place(const std::string& method, Duration deadline) const {
  const MethodName name = split_name(method);
  if (name.base == kUninsured) return place_by_engine(deadline);
  const NamedMethod* known = named(name.base);
  const planner::Planner& planner =
      planners_.find(known == nullptr ? name.base : std::string(known->planner));
  const bool by_regression = name.base == "edgent-static";
  const graph::LayerGraph& graph = name.codecs ? encoded_ : by_regression ? predicted_ : published_;
  PlanRequest asked = request(graph);
  if (known == nullptr || known->knows_deadline) asked.deadline = deadline;
  Placed placed;
  std::function<std::optional<Plan>()> solve = [&] { return planner.plan(asked); };
  planner::ConfigurationMap map;
  if (name.base == "edgent-dynamic") {
    const bool one_exit = network_.graph.exit_count() == 1;  // no accuracy is needed to choose it
    map = planner::configuration_map(planner, asked,
                                     planner::bandwidth_states(states_, kEdgentStates),
                                     one_exit ? planner::ConfigurationRule::deepest_in_time
                                              : planner::ConfigurationRule::reward);
    solve = [&]() -> std::optional<Plan> {
      const auto entry = map.look_up(link_.uplink_bytes_per_s);
      if (!entry) return std::nullopt;
      return map.entries[*entry].plan;
    };
  }
  const std::optional<Plan> plan = timed(solve, placed.solver);
  placed.none = !plan;
  if (placed.none) return placed;
  placed.exit = plan->exit;
  placed.tier = plan->tier;
  placed.in_time = plan->feasible;
  if (!name.codecs) {
    placed.codecs.emplace();
    keep_normalisation_on_device(network_.graph, placed.tier);
  }
  return placed;
}

PlanningDesk::Placed PlanningDesk::place_by_engine(Duration deadline) const {
  runtime::Question question;
  question.budget = deadline - kReserve;
  Placed placed;
  branchline::Plan plan =
      timed([&] { return engine_->replanner.dry_run(question, engine_->view); }, placed.solver);
  if (plan.predicted > deadline) {  // a gamble: what is handed out is the insurance
    question.device_only = true;
    plan = engine_->replanner.dry_run(question, engine_->view);
  }
  placed.exit = plan.exit - 1;
  placed.in_time = plan.predicted <= deadline;
  placed.tier.resize(network_.graph.units.size());
  for (const Stage& stage : plan.stages) {
    for (const std::int32_t unit : to_units(stage.units)) {
      placed.tier[static_cast<std::size_t>(unit)] = stage.tier;
    }
  }
  placed.tier.front() = Tier::device;
  placed.codecs.emplace();
  for (const Stage& stage : plan.stages) {
    if (stage.codec.empty() || stage.codec == "raw") continue;
    for (const std::int32_t unit : sending_units(network_.graph, placed.tier)) {
      const auto& options = encoded_.units.at(static_cast<std::size_t>(unit)).codecs;
      const bool listed = std::any_of(options.begin(), options.end(), [&](const auto& option) {
        return option.name == stage.codec;
      });
      if (listed) placed.codecs->push_back({unit, 1, stage.codec});
    }
  }
  return placed;
}

std::optional<MethodPlan> PlanningDesk::priced(const Placed& placed, const graph::LayerGraph& graph,
                                               Duration deadline) const {
  PlanRequest asked = request(graph);
  asked.deadline = deadline;
  const auto plan = placed.codecs
                        ? planner::price_plan(asked, placed.exit, placed.tier, *placed.codecs)
                        : planner::price_plan(asked, placed.exit, placed.tier);
  BL_EXPECT(plan.has_value(), "every planner's plan can be priced");
  MethodPlan priced;
  priced.plan = *plan;
  priced.simulated =
      planner::simulate(asked, *plan, planner::ExecutionMode::sequential).latency.front();
  priced.longest_stage = planner::stage_times(asked, *plan).longest();
  runtime::StepTimes times(network_.graph);
  const auto runnable =
      runtime::runnable_plan(network_.graph, network_.model->digest(), *plan, times);
  if (!runnable) return std::nullopt;
  priced.runnable = *runnable;
  priced.key = runnable->key;
  const auto accuracy = network_.graph.exits.at(static_cast<std::size_t>(plan->exit)).accuracy;
  if (accuracy) priced.accuracy = *accuracy - plan->accuracy_loss;
  if (!runnable->remote) return priced;
  for (const graph::ValueId& value : runnable->remote->sent) {
    Codec codec = Codec::raw;
    for (const planner::CrossingCodec& crossing : plan->codecs) {
      if (crossing.unit == value.unit) codec = transport::codec_from_name(crossing.codec, "a plan");
    }
    priced.codecs[value] = codec;
    priced.codec += (priced.codec.empty() ? "" : "/") + std::string(transport::name_of(codec));
  }
  priced.key += " as " + priced.codec;
  return priced;
}

MethodChoice PlanningDesk::choose(const std::string& method, Duration deadline) const {
  BL_EXPECT(method != kEngineMethod, "an engine plans by itself");
  const MethodName name = split_name(method);
  const Placed placed = place(method, deadline);
  const bool ignores_deadline = named(name.base) != nullptr && !named(name.base)->knows_deadline;
  MethodChoice choice;
  choice.solver = placed.solver;
  if (placed.none || (!ignores_deadline && !placed.in_time)) return choice;
  const bool encodes = name.codecs || name.base == kUninsured;
  choice.plan = priced(placed, encodes ? encoded_ : raw_, deadline);
  return choice;
}

}  // namespace branchline::lab
