#include "apps/branchline/experiments/graph_flags.h"

#include <CLI/CLI.hpp>

#include "apps/branchline/experiments/graphs.h"
#include "apps/branchline/flags.h"

namespace branchline::apps {
namespace {

constexpr const char* kRatioHelp = "How many times slower than the edge the device is";

/// DADS's networks and Edgent's range.
const std::vector<std::string> kUplinks = {"50kbit",  "130kbit",  "400kbit",  "1.1mbit",
                                           "1.5mbit", "5.85mbit", "18.88mbit"};

}  // namespace

void add_graph_flags(CLI::App& command, GraphFlags& flags) {
  command
      .add_option("--graph", flags.files,
                  "GRAPH.json or MODEL.pt, repeatable; default: the shipped ones")
      ->type_name("FILE");
  command.add_option("--uplink", flags.uplinks, "Repeatable; default: 50kbit to 18.88mbit")
      ->type_name("RATE");
  command
      .add_option("--ratio", flags.ratios,
                  std::string(kRatioHelp) + ", repeatable; default 5 25 100")
      ->check(CLI::Range(1e-3, 1e6));
}

void add_algorithm_flags(CLI::App& command, GraphFlags& flags) {
  command.add_option("--algorithm", flags.algorithms, "Repeatable; default: all but brute")
      ->type_name("NAME");
  command.add_flag("--three-tiers", flags.three_tiers,
                   "With a cloud four times as fast as the edge behind 100 Mbit/s and 20 ms");
}

void add_one_graph_flags(CLI::App& command, std::string& graph, double& ratio) {
  command
      .add_option("--graph", graph,
                  "GRAPH.json or MODEL.pt; default: the shipped b_alexnet-cifar10")
      ->type_name("FILE");
  command.add_option("--ratio", ratio, kRatioHelp)
      ->check(CLI::Range(1e-3, 1e6))
      ->capture_default_str();
}

lab::PlannerExperiment experiment_of(const GraphFlags& flags) {
  lab::PlannerExperiment experiment;
  for (const std::string& text : flags.uplinks.empty() ? kUplinks : flags.uplinks) {
    experiment.uplinks_bytes_per_s.push_back(parse_rate(text, "--uplink"));
  }
  experiment.device_ratios = flags.ratios;
  if (experiment.device_ratios.empty()) experiment.device_ratios = {5, 25, 100};
  experiment.algorithms = flags.algorithms;
  if (flags.three_tiers) experiment.cloud = experiment.edge.times(4);
  for (const std::string& file : flags.files) experiment.graphs.push_back(graph_of_file(file));
  if (flags.files.empty()) experiment.graphs = shipped_graphs();
  return experiment;
}

}  // namespace branchline::apps
