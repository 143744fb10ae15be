#pragma once

#include <string>
#include <vector>

#include "apps/lab/experiments/planner_experiment.h"

namespace CLI {
class App;
}

namespace branchline::apps {

/// What to plan, and for which devices and links: `planners`, `upload` and `bandwidth`.
struct GraphFlags {
  std::vector<std::string> files, uplinks, algorithms;
  std::vector<double> ratios;
  bool three_tiers = false;
};

/// --graph, --uplink and --ratio, each repeatable. They must outlive the parsing.
void add_graph_flags(CLI::App& command, GraphFlags& flags);

/// --algorithm and --three-tiers.
void add_algorithm_flags(CLI::App& command, GraphFlags& flags);

/// --graph and --ratio alone; `graph` and `ratio` are the defaults.
void add_one_graph_flags(CLI::App& command, std::string& graph, double& ratio);

/// With the shipped graphs when none is named.
/// @throws InputError naming the flag or the file.
lab::PlannerExperiment experiment_of(const GraphFlags& flags);

}  // namespace branchline::apps
