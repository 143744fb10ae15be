/// Edgent's search over 5 exits of 30 layers each, as Planner::plan is called for every request.
/// Usage: edgent_search_benchmark [exits=5] [layers=30] [rounds=2000]. Checks each answer against a
/// search that prices every (exit, partition point) one by one, and prints the ratio of the two.
/// Target: < 50 us for 5 x 30 (the paper says "no more than 1ms").
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <random>
#include <vector>

#include "framework/planner/algorithms/edgent.h"
#include "framework/planner/plan_cost.h"

namespace {

using branchline::Tier;
using branchline::graph::LayerGraph;
using branchline::graph::Nanoseconds;
using branchline::graph::Unit;
using branchline::planner::better;
using branchline::planner::Plan;
using branchline::planner::PlanRequest;
using branchline::planner::price_plan;

/// Adds one layer behind `input` and returns its id.
std::int32_t add_layer(LayerGraph& graph, std::int32_t input, std::mt19937& random) {
  std::uniform_int_distribution<std::int64_t> time(10'000, 2'000'000);
  Unit unit;
  unit.id = graph.unit_count();
  unit.name = "layer" + std::to_string(unit.id);
  unit.output_bytes = std::uniform_int_distribution<std::int64_t>(1'000, 300'000)(random);
  const std::int64_t device = unit.id == 0 ? 0 : time(random);
  unit.time = {Nanoseconds(device), Nanoseconds(device / 20)};
  if (unit.id > 0) unit.inputs = {{input, 0}};
  graph.units.push_back(unit);
  return unit.id;
}

/// A trunk; exit i leaves it after its share and has a head of two layers: the last has `layers`.
LayerGraph branchy_network(int exits, int layers) {
  std::mt19937 random(7);
  LayerGraph graph;
  graph.name = "benchmark";
  graph.tiers = {Tier::device, Tier::edge};
  std::int32_t trunk = add_layer(graph, 0, random);
  for (int exit = 1, depth = 0; exit <= exits; ++exit) {
    // As in the Edgent network, exits sit deep: each sub-model has most of the layers.
    const int until = (layers - 2) * (exits + exit) / (2 * exits);
    for (; depth < until; ++depth) trunk = add_layer(graph, trunk, random);
    const std::int32_t head = add_layer(graph, add_layer(graph, trunk, random), random);
    graph.exits.push_back({"exit" + std::to_string(exit), {head, 0}, std::nullopt});
  }
  return graph;
}

std::optional<Plan> price_every_cut(const PlanRequest& request) {
  std::optional<Plan> fastest;
  for (int exit = request.graph.exit_count() - 1; exit >= 0; --exit) {
    const std::vector<bool> needed = units_of_exit(request.graph, exit);
    std::optional<Plan> best;
    for (const std::int32_t cut : cut_vertices(request.graph, exit)) {
      std::vector<std::optional<Tier>> tier(needed.size());
      for (std::size_t id = 0; id < needed.size(); ++id) {
        if (needed[id]) tier[id] = static_cast<std::int32_t>(id) <= cut ? Tier::device : Tier::edge;
      }
      const std::optional<Plan> plan = price_plan(request, exit, tier);
      if (plan && (!best || better(*plan, *best))) best = plan;
    }
    if (best && best->feasible) return best;
    if (best && (!fastest || best->predicted < fastest->predicted)) fastest = best;
  }
  return fastest;
}

/// Median microseconds of one call.
template <typename Call>
double median_us(int rounds, const Call& call) {
  std::vector<double> times;
  for (int round = 0; round < rounds; ++round) {
    const auto start = std::chrono::steady_clock::now();
    call();
    times.push_back(
        std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start)
            .count());
  }
  std::nth_element(times.begin(), times.begin() + rounds / 2, times.end());
  return times[static_cast<std::size_t>(rounds / 2)];
}

int argument(int argc, char** argv, int place, int fallback) {
  return argc > place ? std::max(1, std::atoi(argv[place])) : fallback;
}

}  // namespace

int main(int argc, char** argv) {
  const int exits = argument(argc, argv, 1, 5), layers = std::max(4, argument(argc, argv, 2, 30));
  const int rounds = argument(argc, argv, 3, 2000);
  const LayerGraph graph = branchy_network(exits, layers);
  PlanRequest request{graph,        {},           std::nullopt,  std::nullopt,
                      std::nullopt, std::nullopt, Nanoseconds(0)};
  const auto planner = branchline::planner::make_edgent();
  std::printf("%10s %12s %6s %12s %14s %8s\n", "mbit/s", "deadline", "exit", "edgent us",
              "every cut us", "ratio");
  // The last deadline meets no exit: the search then visits all of them.
  for (const double mbit : {0.5, 8.0, 100.0}) {
    for (const int deadline_ms : {1000, 1}) {
      request.link = {mbit * 125e3, mbit * 125e3, std::chrono::milliseconds(2)};
      request.deadline = std::chrono::milliseconds(deadline_ms);
      const std::optional<Plan> plan = planner->plan(request);
      if (plan != price_every_cut(request)) {
        std::printf("wrong answer at %g mbit/s\n", mbit);
        return EXIT_FAILURE;
      }
      const double fast = median_us(rounds, [&] { planner->plan(request); });
      const double slow = median_us(rounds / 10 + 1, [&] { price_every_cut(request); });
      std::printf("%10g %9d ms %6d %12.2f %14.1f %8.1f\n", mbit, deadline_ms, plan->exit + 1, fast,
                  slow, slow / fast);
    }
  }
  return EXIT_SUCCESS;
}
