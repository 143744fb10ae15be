#include <CLI/CLI.hpp>
#include <chrono>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "apps/branchline/experiments/experiments.h"
#include "apps/branchline/experiments/graph_flags.h"
#include "apps/branchline/experiments/graphs.h"
#include "apps/branchline/experiments/output_flags.h"
#include "apps/branchline/flags.h"
#include "apps/lab/edge_process.h"
#include "apps/lab/experiments/bandwidth_experiment.h"
#include "transport/link_trace.h"

namespace branchline::apps {
namespace {

struct BandwidthFlags {
  std::string graph, trace;
  double ratio = 100;
  std::chrono::nanoseconds deadline{40000000};
  std::size_t states = 8;
  OutputFlags output;
};

std::vector<double> uplinks_of_trace(const std::string& file) {
  std::vector<double> goodputs;
  for (const transport::RateStep& step : transport::read_link_trace(file).uplink.steps) {
    goodputs.push_back(step.bytes_per_s);
  }
  return goodputs;
}

planner::PlanRequest request_of(const BandwidthFlags& flags, const graph::LayerGraph& graph) {
  return {graph,
          {1e6, 1e6, std::chrono::milliseconds(10)},
          std::nullopt,
          std::nullopt,
          flags.deadline,
          std::nullopt,
          planner::Nanoseconds(0)};
}

int run_bandwidth(const BandwidthFlags& flags, const CLI::App& command) {
  const auto folder = open_output(flags.output, command);
  const lab::MachineSpeed edge = lab::PlannerExperiment{}.edge;
  const graph::LayerGraph graph = lab::with_roofline_times(
      graph_of_file(flags.graph.empty()
                        ? lab::find_shipped_file("branchy_models/pretrained/b_alexnet-cifar10.pt")
                        : flags.graph),
      {edge.times(1 / flags.ratio), edge});
  const std::string trace =
      flags.trace.empty() ? lab::find_shipped_file("apps/lab/traces/lte_like.csv") : flags.trace;
  const auto rows = lab::run_bandwidth_experiment(request_of(flags, graph), uplinks_of_trace(trace),
                                                  flags.states);
  const std::string table = lab::bandwidth_table(rows), json = lab::bandwidth_json(rows);
  if (folder) {
    folder->write("bandwidth.txt", table);
    folder->write("bandwidth.json", json);
  }
  if (flags.output.json) {
    std::cout << json;
    return kDone;
  }
  std::cout << graph.name << ", device " << flags.ratio << " times slower than the edge, deadline "
            << show_duration(flags.deadline) << ", a request a sample\n"
            << table;
  return kDone;
}

}  // namespace

Verb add_bandwidth(CLI::App& experiment) {
  auto flags = std::make_shared<BandwidthFlags>();
  CLI::App* command =
      experiment.add_subcommand("bandwidth", "Ways to follow a link with plans, on a trace");
  add_one_graph_flags(*command, flags->graph, flags->ratio);
  command->add_option("--trace", flags->trace, "Default: the shipped one")->type_name("CSV");
  add_duration(*command, "--deadline", flags->deadline, "Of every request");
  command->add_option("--states", flags->states, "Of Edgent's map")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  add_output_flags(*command, flags->output);
  command->footer("Example:\n  branchline experiment bandwidth --ratio 25 --deadline 20ms");
  return {command, [flags, command] { return run_bandwidth(*flags, *command); }};
}

}  // namespace branchline::apps
