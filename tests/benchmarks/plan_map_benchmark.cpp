/// Plan maps and bandwidth envelopes: what building one costs and what a look-up costs, against
/// solving the same question with exact2. Before it measures it checks that look-ups and solver
/// agree.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <sstream>
#include <vector>

#include "apps/lab/experiments/roofline.h"
#include "apps/lab/experiments/synthetic_graphs.h"
#include "framework/graph/graph_json.h"
#include "framework/planner/algorithms/exact.h"
#include "framework/planner/bandwidth_envelope.h"
#include "framework/planner/plan_map.h"

namespace branchline {
namespace {

/// 0: mobilenet_v2, the richest map of the shipped networks; else so many residual units.
graph::LayerGraph timed_graph(std::int64_t units) {
  const lab::MachineSpeed edge{50e9, 20e9};
  graph::LayerGraph graph;
  if (units == 0) {
    const std::string file = BRANCHLINE_SOURCE_DIR "/apps/lab/graphs/mobilenet_v2.json";
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    graph = graph::graph_from_json(text.str(), file);
  } else {
    graph = lab::residual_network(static_cast<int>(units));
  }
  return lab::with_roofline_times(std::move(graph), {edge.times(1.0 / 25), edge});
}

planner::PlanRequest request_for(const graph::LayerGraph& graph, double uplink) {
  return {graph,
          {uplink, 1e6, planner::Nanoseconds(10000000)},
          std::nullopt,
          0,
          std::nullopt,
          std::nullopt,
          planner::Nanoseconds(0)};
}

std::vector<double> random_uplinks() {
  std::mt19937 random(1);
  std::uniform_real_distribution<double> exponent(4, 7);
  std::vector<double> uplinks(1024);
  for (double& uplink : uplinks) uplink = std::pow(10.0, exponent(random));
  return uplinks;
}

void require_agreement(const graph::LayerGraph& graph) {
  const auto exact = planner::make_exact_two_tier();
  const auto map = planner::plan_map(request_for(graph, 1e6), 0);
  const auto envelope = planner::bandwidth_envelope(request_for(graph, 1e6), 0);
  for (const double uplink : {2e4, 1.3e5, 9e5, 4e6}) {
    const planner::PlanRequest request = request_for(graph, uplink);
    const auto best = exact->plan(request)->predicted;
    const auto mapped = map.look_up({request.link, 1, 1, request.edge_queue})->predicted;
    const auto enveloped =
        planner::BandwidthEnvelope::latency(envelope.plans[*envelope.look_up(uplink)], uplink);
    const auto far = [best](planner::Nanoseconds time) {
      return std::abs((time - best).count()) > graph::Nanoseconds(1000).count();
    };
    if (!far(mapped) && !far(enveloped)) continue;
    std::fprintf(stderr, "a look-up and exact2 disagree at %g bytes/s\n", uplink);
    std::exit(1);
  }
}

void BM_BuildMap(benchmark::State& state) {
  const graph::LayerGraph graph = timed_graph(state.range(0));
  require_agreement(graph);
  for (auto _ : state) benchmark::DoNotOptimize(planner::plan_map(request_for(graph, 1e6), 0));
  const auto map = planner::plan_map(request_for(graph, 1e6), 0);
  state.counters["plans"] = static_cast<double>(map.plans.size());
  state.counters["min_cuts"] = map.min_cuts;
}

void BM_BuildEnvelope(benchmark::State& state) {
  const graph::LayerGraph graph = timed_graph(state.range(0));
  for (auto _ : state) {
    benchmark::DoNotOptimize(planner::bandwidth_envelope(request_for(graph, 1e6), 0));
  }
  const auto envelope = planner::bandwidth_envelope(request_for(graph, 1e6), 0);
  state.counters["plans"] = static_cast<double>(envelope.plans.size());
  state.counters["min_cuts"] = envelope.min_cuts;
}

void BM_LookUpMap(benchmark::State& state) {
  const graph::LayerGraph graph = timed_graph(state.range(0));
  const auto map = planner::plan_map(request_for(graph, 1e6), 0);
  const std::vector<double> uplinks = random_uplinks();
  std::size_t at = 0;
  for (auto _ : state) {
    const double uplink = uplinks[++at % uplinks.size()];
    benchmark::DoNotOptimize(
        map.look_up({{uplink, 1e6, planner::Nanoseconds(10000000)}, 1.1, 0.9, {}}));
  }
}

void BM_LookUpEnvelope(benchmark::State& state) {
  const graph::LayerGraph graph = timed_graph(state.range(0));
  const auto envelope = planner::bandwidth_envelope(request_for(graph, 1e6), 0);
  const std::vector<double> uplinks = random_uplinks();
  std::size_t at = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(envelope.look_up(uplinks[++at % uplinks.size()]));
  }
}

void BM_SolveInstead(benchmark::State& state) {
  const graph::LayerGraph graph = timed_graph(state.range(0));
  const auto exact = planner::make_exact_two_tier();
  const std::vector<double> uplinks = random_uplinks();
  std::size_t at = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(exact->plan(request_for(graph, uplinks[++at % uplinks.size()])));
  }
}

BENCHMARK(BM_LookUpEnvelope)->Arg(0)->Arg(1000);
BENCHMARK(BM_LookUpMap)->Arg(0)->Arg(1000);
BENCHMARK(BM_SolveInstead)->Arg(0)->Arg(1000);
BENCHMARK(BM_BuildEnvelope)->Arg(0)->Arg(1000);
BENCHMARK(BM_BuildMap)->Arg(0)->Arg(1000);

}  // namespace
}  // namespace branchline

BENCHMARK_MAIN();
