#include <CLI/CLI.hpp>
#include <chrono>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "apps/branchline/verbs/plan_flags.h"
#include "apps/branchline/verbs/plan_jobs_text.h"
#include "apps/branchline/verbs/plan_map_text.h"
#include "apps/branchline/verbs/plan_text.h"
#include "apps/branchline/verbs/verbs.h"
#include "framework/base/error.h"
#include "framework/graph/graph_json.h"
#include "framework/planner/plan_json.h"
#include "framework/planner/plan_map_json.h"

namespace branchline::apps {
namespace {

using planner::Plan;
using planner::PlanRequest;

[[noreturn]] void fail_without_plan(const PlanFlags& flags, const PlanRequest& request,
                                    const std::string& algorithm) {
  const std::string exit =
      request.exit ? "exit " + std::to_string(*request.exit + 1) : std::string("any exit");
  throw InputError(
      "'" + algorithm + "' finds no placement for " + exit,
      flags.graph_file.empty() ? flags.model_file : flags.graph_file,
      "a unit can run on none of the tiers it may stand on (time_ns null), or no value "
      "may travel");
}

/// How long `work` takes, and what it gives.
template <typename Work>
auto timed(const Work& work) {
  const auto start = std::chrono::steady_clock::now();
  auto result = work();
  const std::chrono::nanoseconds took = std::chrono::steady_clock::now() - start;
  return std::make_pair(std::move(result), took);
}

void print_plan(const PlanFlags& flags, const PlanRequest& request,
                const planner::Planner& planner) {
  const auto [plan, solver_time] = timed([&] { return planner.plan(request); });
  if (!plan) fail_without_plan(flags, request, planner.name());
  if (flags.dot) {
    std::cout << graph::to_dot(request.graph, plan->tier);
    return;
  }
  if (flags.json) {
    const std::string json = planner::to_json(*plan, solver_time, request.graph.tiers.size() > 2);
    std::cout << (flags.explain ? with_explanation(json, explain(planner, request, *plan)) : json);
    return;
  }
  std::cout << plan_text(request, *plan, planner.name(), solver_time);
  if (flags.explain) {
    std::cout << explanation_text(request, explain(planner, request, *plan));
  }
}

void print_map(const PlanFlags& flags, const PlanRequest& request) {
  planner::check_request(request);
  const auto [exits, solver_time] = timed([&] {
    std::vector<planner::ExitMaps> maps;
    for (int exit = 0; exit < request.graph.exit_count(); ++exit) {
      if (request.exit && *request.exit != exit) continue;
      maps.push_back(planner::maps_of_exit(request, exit));
    }
    return maps;
  });
  std::cout << (flags.json ? planner::to_json(exits, solver_time)
                           : plan_map_text(request.graph, exits, solver_time));
}

void print_jobs(const PlanFlags& flags, const PlanRequest& request) {
  const auto [jobs, solver_time] = timed([&] { return planner::plan_jobs(request, flags.jobs); });
  if (!jobs) fail_without_plan(flags, request, "plan --jobs");
  std::cout << (flags.json ? planner::to_json(*jobs, solver_time)
                           : plan_jobs_text(request, *jobs, solver_time));
}

int run_plan(const PlanFlags& flags) {
  const planner::PlannerRegistry registry = planner::standard_planners();
  if (flags.list) {
    std::cout << (flags.json ? planner_list_json(registry) : planner_list_text(registry));
    return kDone;
  }
  if (!flags.algorithm.empty()) registry.find(flags.algorithm, "--algorithm");
  const graph::LayerGraph graph = graph_to_plan(flags);
  const PlanRequest request = request_of(flags, graph);
  if (flags.map) {
    print_map(flags, request);
  } else if (flags.jobs > 0) {
    print_jobs(flags, request);
  } else {
    print_plan(flags, request, registry.find(algorithm_of(flags, graph)));
  }
  return kDone;
}

}  // namespace

Verb add_plan(CLI::App& app) {
  auto flags = std::make_shared<PlanFlags>();
  CLI::App* command = app.add_subcommand(
      "plan", "Choose an exit and a tier for every unit, from times and a link; nothing is run");
  add_plan_flags(*command, *flags);
  command->footer(
      "Example:\n"
      "  branchline plan --graph GRAPH.json --deadline 80ms --uplink 2mbit --downlink 8mbit "
      "--rtt 10ms --explain");
  return {command, [flags] { return run_plan(*flags); }};
}

}  // namespace branchline::apps
