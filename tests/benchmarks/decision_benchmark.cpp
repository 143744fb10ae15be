/// What deciding on one request's plan takes the engine: all plans of b_camera that are on the
/// shelf, with every level of codec loss, priced for the link of the moment. Before it measures it
/// checks that each decision is worth as much as that of a dry run over the whole plan maps.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <thread>

#include "branchline/edge_service.h"
#include "framework/planner/planner_registry.h"
#include "framework/runtime/replanner.h"

namespace branchline::runtime {
namespace {

using namespace std::chrono_literals;

graph::LayerGraph with_times(graph::LayerGraph graph) {
  graph.tiers = {Tier::device, Tier::edge};
  for (graph::Unit& unit : graph.units) {
    const Duration edge(unit.id == 0 ? 0 : 20000 + unit.features.macs / 50);
    unit.time = {30 * edge, edge};
  }
  return graph;
}

EdgeService edge_of(const std::string& file) {
  EdgeOptions options;
  options.model_files = {file};
  options.listen = "127.0.0.1:0";
  return EdgeService::open(options);
}

/// An engine's parts that decide, with everything compiled on both sides.
struct DecidingParts {
  const std::string file = BRANCHLINE_SOURCE_DIR "/branchy_models/pretrained/b_camera.pt";
  std::shared_ptr<const model::Model> model = model::Model::load(file);
  graph::LayerGraph graph = with_times(model->layers());
  EdgeService edge = edge_of(file);
  SystemTime time;
  std::unique_ptr<transport::IoThread> io = std::make_unique<transport::IoThread>();
  LinkMonitor link{{{"127.0.0.1", edge.port()}},
                   model->digest(),
                   [this](const auto& endpoint, const auto& hello, auto listener) {
                     return transport::connect(*io, endpoint, hello, 1s, std::move(listener));
                   },
                   time,
                   [] {}};
  std::shared_ptr<StepTimes> times = std::make_shared<StepTimes>(graph);
  WireCosts wire{graph, model->manifest(), 1};
  slice::SliceCache cache{1ll << 30};
  PlanShelf shelf{model, cache, [] {}, [](const std::string&) {}};
  Replanner replanner{graph, model->digest(), nullptr, times, wire, shelf, time};

  DecidingParts() {
    for (int exit = 0; exit < graph.exit_count(); ++exit) {
      shelf.want_now(
          *runnable_plan(graph, model->digest(), all_on(graph, exit, Tier::device), *times));
    }
    const TimePoint end = Clock::now() + 60s;
    while (Clock::now() < end && !all_prepared()) {
      link.tick();
      replanner.replan(at(1e6));
      shelf.prepare_edge(link);
      std::this_thread::sleep_for(5ms);
    }
  }
  ~DecidingParts() { link.shut_down("done"); }

  bool all_prepared() const {
    const bool made = shelf.all().size() > graph.exits.size();
    return made && link.view().up && shelf.under_way(link.view().connection) == 0;
  }

  LinkView at(double bytes_per_s) const {
    LinkView view = link.view();
    view.tried = true;
    view.measured.emplace();
    view.measured->uplink_bytes_per_s = view.measured->downlink_bytes_per_s = bytes_per_s;
    view.measured->round_trip = 5ms;
    return view;
  }
};

Question within(Duration budget) {
  Question question;
  question.budget = budget;
  return question;
}

void require_that_it_decides_well(DecidingParts& parts, const std::vector<double>& rates) {
  for (const double rate : rates) {
    const auto decided = parts.replanner.decide(within(80ms), parts.at(rate)).choice.forecast;
    const Plan best = parts.replanner.dry_run(within(80ms), parts.at(rate));
    const double accuracy = best.expected_accuracy.value_or(0);
    if (decided.worth > accuracy - 0.02 || best.margin < 20ms) continue;
    std::fprintf(stderr, "at %g bytes/s a decision is worth %g, a dry run's plan %g\n", rate,
                 decided.worth, accuracy);
    std::exit(1);
  }
}

void BM_Decide(benchmark::State& state) {
  static DecidingParts parts;
  std::mt19937 random(1);
  std::uniform_real_distribution<double> exponent(4, 7);
  std::vector<double> rates(64);
  for (double& rate : rates) rate = std::pow(10.0, exponent(random));
  require_that_it_decides_well(parts, rates);
  std::size_t next = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        parts.replanner.decide(within(80ms), parts.at(rates[++next % rates.size()])));
  }
  state.counters["plans"] = static_cast<double>(parts.shelf.all().size());
  state.counters["levels"] = static_cast<double>(parts.wire.levels());
}

void BM_BuildPlanMaps(benchmark::State& state) {
  static DecidingParts parts;
  for (auto _ : state) benchmark::DoNotOptimize(plan_maps(parts.graph, parts.wire, true));
}

BENCHMARK(BM_Decide)->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_BuildPlanMaps)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace branchline::runtime

BENCHMARK_MAIN();
