#include <CLI/CLI.hpp>
#include <chrono>
#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>

#include "apps/branchline/flags.h"
#include "apps/branchline/verbs/plan_graph.h"
#include "apps/branchline/verbs/plan_map_text.h"
#include "apps/branchline/verbs/plan_text.h"
#include "apps/branchline/verbs/verbs.h"
#include "framework/base/error.h"
#include "framework/graph/graph_json.h"
#include "framework/planner/plan_json.h"
#include "framework/planner/plan_map_json.h"

namespace branchline::apps {
namespace {

using planner::LinkSpeed;
using planner::Plan;
using planner::PlanRequest;

/// Goodputs stay 0 until they are given.
struct PlanFlags {
  std::string graph_file, model_file, profile_file;
  Shape input_shape;
  std::string algorithm = "neurosurgeon";
  int exit = 0;
  std::chrono::nanoseconds deadline{-1};
  LinkSpeed link, link2;
  std::int64_t result_bytes = -1;
  std::chrono::nanoseconds edge_queue{0};
  bool json = false, list = false, explain = false, map = false, dot = false;
};

void add_link_flags(CLI::App& command, const std::string& number, const std::string& hop,
                    LinkSpeed& link) {
  const std::string group = "Link " + hop;
  add_rate(command, "--uplink" + number, link.uplink_bytes_per_s, "Goodput " + hop + ", outwards")
      ->group(group);
  add_rate(command, "--downlink" + number, link.downlink_bytes_per_s,
           "Goodput " + hop + ", back; default: as outwards")
      ->group(group);
  add_duration(command, "--rtt" + number, link.round_trip, "Round trip " + hop + "; default 0ms")
      ->group(group);
}

std::string read_graph_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (file) text << file.rdbuf();
  if (!file || text.fail()) {
    throw InputError("it cannot be read", path, "give the path of a GRAPH.json (docs/schemas.md)");
  }
  return text.str();
}

graph::LayerGraph graph_to_plan(const PlanFlags& flags) {
  if (!flags.graph_file.empty()) {
    return graph::graph_from_json(read_graph_file(flags.graph_file), flags.graph_file);
  }
  if (flags.model_file.empty()) {
    throw InputError("no graph is given", "--graph",
                     "give GRAPH.json (docs/schemas.md), or --model MODEL.pt --profile "
                     "profile.json");
  }
  std::vector<Shape> input_shapes;
  if (!flags.input_shape.empty()) input_shapes.push_back(flags.input_shape);
  return profiled_graph(flags.model_file, flags.profile_file, input_shapes);
}

/// A missing downlink is as fast as the uplink.
LinkSpeed complete_link(LinkSpeed link, const std::string& number) {
  if (link.uplink_bytes_per_s == 0) {
    throw InputError("it is missing", "--uplink" + number,
                     "give the goodput away from the device, such as 2mbit");
  }
  if (link.downlink_bytes_per_s == 0) link.downlink_bytes_per_s = link.uplink_bytes_per_s;
  return link;
}

PlanRequest request_of(const PlanFlags& flags, const graph::LayerGraph& graph) {
  PlanRequest request{graph,           complete_link(flags.link, ""),
                      std::nullopt,    std::nullopt,
                      std::nullopt,    std::nullopt,
                      flags.edge_queue};
  if (graph.tiers.size() > 2) request.link2 = complete_link(flags.link2, "2");
  if (flags.exit != 0) request.exit = flags.exit - 1;
  if (flags.deadline.count() >= 0) request.deadline = flags.deadline;
  if (flags.result_bytes >= 0) request.result_bytes = flags.result_bytes;
  return request;
}

[[noreturn]] void fail_without_plan(const PlanFlags& flags, const PlanRequest& request) {
  const std::string exit =
      request.exit ? "exit " + std::to_string(*request.exit + 1) : std::string("any exit");
  throw InputError(
      "'" + flags.algorithm + "' finds no placement for " + exit,
      flags.graph_file.empty() ? flags.model_file : flags.graph_file,
      "a unit can run on none of the tiers it may stand on (time_ns null), or no value "
      "may travel");
}

void print_plan(const PlanFlags& flags, const PlanRequest& request,
                const planner::Planner& planner) {
  const auto start = std::chrono::steady_clock::now();
  const std::optional<Plan> plan = planner.plan(request);
  const std::chrono::nanoseconds solver_time = std::chrono::steady_clock::now() - start;
  if (!plan) fail_without_plan(flags, request);
  if (flags.dot) {
    std::cout << graph::to_dot(request.graph, plan->tier);
    return;
  }
  if (flags.json) {
    const std::string json = planner::to_json(*plan, solver_time, request.graph.tiers.size() > 2);
    std::cout << (flags.explain ? with_explanation(json, explain(planner, request, *plan)) : json);
    return;
  }
  std::cout << plan_text(request, *plan, flags.algorithm, solver_time);
  if (flags.explain) {
    std::cout << explanation_text(request, explain(planner, request, *plan));
  }
}

/// A map is of every uplink: the one that check_request asks for does not count.
void print_map(const PlanFlags& flags, const graph::LayerGraph& graph) {
  PlanFlags any_uplink = flags;
  if (flags.link.uplink_bytes_per_s == 0 && flags.link.downlink_bytes_per_s == 0) {
    throw InputError("it is missing", "--downlink",
                     "a map is of every uplink, but the answer's way back needs a goodput: 8mbit");
  }
  if (flags.link.uplink_bytes_per_s == 0) {
    any_uplink.link.uplink_bytes_per_s = flags.link.downlink_bytes_per_s;
  }
  const PlanRequest request = request_of(any_uplink, graph);
  planner::check_request(request);
  const auto start = std::chrono::steady_clock::now();
  std::vector<planner::ExitMaps> exits;
  for (int exit = 0; exit < graph.exit_count(); ++exit) {
    if (!request.exit || *request.exit == exit) {
      exits.push_back(planner::maps_of_exit(request, exit));
    }
  }
  const std::chrono::nanoseconds solver_time = std::chrono::steady_clock::now() - start;
  std::cout << (flags.json ? planner::to_json(exits, solver_time)
                           : plan_map_text(graph, exits, solver_time));
}

int run_plan(const PlanFlags& flags) {
  const planner::PlannerRegistry registry = planner::standard_planners();
  if (flags.list) {
    std::cout << (flags.json ? planner_list_json(registry) : planner_list_text(registry));
    return kDone;
  }
  const planner::Planner& planner = registry.find(flags.algorithm);
  const graph::LayerGraph graph = graph_to_plan(flags);
  if (flags.map) {
    print_map(flags, graph);
    return kDone;
  }
  print_plan(flags, request_of(flags, graph), planner);
  return kDone;
}

void add_graph_flags(CLI::App& command, PlanFlags& flags) {
  CLI::Option* graph =
      command.add_option("--graph", flags.graph_file, "Units, times and exits (docs/schemas.md)")
          ->type_name("GRAPH.json");
  CLI::Option* model =
      command.add_option("--model", flags.model_file, "Instead of --graph: a TorchScript file …")
          ->type_name("MODEL.pt")
          ->excludes(graph);
  CLI::Option* profile =
      command.add_option("--profile", flags.profile_file, "… and its times on device and edge")
          ->type_name("profile.json")
          ->needs(model);
  model->needs(profile);
  add_shape(command, "--input", flags.input_shape,
            "Input shape of a model whose manifest gives none")
      ->needs(model);
}

}  // namespace

Verb add_plan(CLI::App& app) {
  auto flags = std::make_shared<PlanFlags>();
  CLI::App* command = app.add_subcommand(
      "plan", "Choose an exit and a tier for every unit, from times and a link; nothing is run");
  add_graph_flags(*command, *flags);
  command->add_option("--algorithm", flags->algorithm, "See --list; default neurosurgeon")
      ->type_name("NAME");
  command
      ->add_option("--exit", flags->exit,
                   "Plan this exit, from 1; default: the deepest in time, else the fastest")
      ->type_name("N")
      ->check(CLI::PositiveNumber);
  add_duration(*command, "--deadline", flags->deadline, "Time for the whole request");
  add_link_flags(*command, "", "device to edge", flags->link);
  add_link_flags(*command, "2", "edge to cloud", flags->link2);
  add_bytes(*command, "--result-bytes", flags->result_bytes,
            "Size of the answer sent back; default: the exit's logits");
  add_duration(*command, "--edge-queue", flags->edge_queue,
               "Waiting time at the edge; default 0ms");
  command->add_flag("--explain", flags->explain,
                    "Also say what binds each exit and the nearest change that helps");
  CLI::Option* map = command->add_flag(
      "--map", flags->map, "Instead: all plans that some link, load or speed makes the fastest");
  command->add_flag("--list", flags->list, "List the algorithms and stop");
  CLI::Option* json =
      command->add_flag("--json", flags->json, "Print branchline.plan/1 (planmap/1 with --map)");
  command
      ->add_flag("--dot", flags->dot, "The graph and its cut for Graphviz: | dot -Tsvg > cut.svg")
      ->excludes(json)
      ->excludes(map);
  command->footer(
      "Example:\n"
      "  branchline plan --graph GRAPH.json --deadline 80ms --uplink 2mbit --downlink 8mbit "
      "--rtt 10ms --explain");
  return {command, [flags] { return run_plan(*flags); }};
}

}  // namespace branchline::apps
