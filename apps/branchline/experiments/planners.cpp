#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "apps/branchline/experiments/experiments.h"
#include "apps/branchline/experiments/graph_flags.h"
#include "apps/branchline/experiments/output_flags.h"
#include "apps/lab/experiments/planner_tables.h"
#include "apps/lab/experiments/synthetic_graphs.h"

namespace branchline::apps {
namespace {

struct PlannersFlags {
  GraphFlags graphs;
  OutputFlags output;
  bool full = false;
};

constexpr int kLargeGraph = 1000;  // units; gets a table of its own

void tell_progress(const std::string& graph) { std::cerr << "planned " << graph << '\n'; }

/// Large graphs at two uplinks only: they are for the solvers' times.
std::vector<lab::PlannerRow> synthetic_rows(lab::PlannerExperiment experiment) {
  experiment.graphs = {lab::residual_network(1000), lab::entangled_network(1000),
                       lab::residual_network(10000), lab::entangled_network(10000)};
  experiment.uplinks_bytes_per_s = {137500, 2360000};
  experiment.device_ratios = {25};
  return lab::run_planner_experiment(experiment, tell_progress);
}

std::string planner_report(const std::vector<lab::PlannerRow>& rows, bool full) {
  std::string text =
      "x: predicted time over the exact optimum's (exact2, with three tiers exact3); stream x: "
      "frames "
      "per second over the best single tier's\n";
  if (full) text += lab::case_tables(rows);
  const auto add = [&](const std::string& title, const auto& counts) {
    const auto summaries = lab::summarise(rows, counts);
    if (!summaries.empty()) text += "\n" + title + "\n" + lab::summary_table(summaries);
  };
  add("networks of less than 1000 units",
      [](const lab::PlannerRow& row) { return row.units < kLargeGraph; });
  std::string last;
  for (const lab::PlannerRow& large : rows) {
    if (large.units < kLargeGraph || large.graph == last) continue;
    last = large.graph;
    add(last, [&](const lab::PlannerRow& row) { return row.graph == last; });
  }
  return text;
}

int run_planners(const PlannersFlags& flags, const CLI::App& command) {
  const auto folder = open_output(flags.output, command);
  const lab::PlannerExperiment experiment = experiment_of(flags.graphs);
  std::vector<lab::PlannerRow> rows = lab::run_planner_experiment(experiment, tell_progress);
  if (flags.graphs.files.empty()) {
    for (lab::PlannerRow& row : synthetic_rows(experiment)) rows.push_back(std::move(row));
  }
  if (folder) {
    folder->write("planners.csv", lab::rows_to_csv(rows));
    folder->write("planners.txt", planner_report(rows, true));
  }
  std::cout << (flags.output.json ? lab::rows_to_json(rows) : planner_report(rows, flags.full));
  return kDone;
}

}  // namespace

Verb add_planners(CLI::App& experiment) {
  auto flags = std::make_shared<PlannersFlags>();
  CLI::App* command = experiment.add_subcommand(
      "planners",
      "Every algorithm on every network, link and device speed, and large made-up networks");
  add_graph_flags(*command, flags->graphs);
  add_algorithm_flags(*command, flags->graphs);
  command->add_flag("--full", flags->full, "Also a table for every network and device speed");
  add_output_flags(*command, flags->output);
  command->footer("Example:\n  branchline experiment planners -o planners");
  return {command, [flags, command] { return run_planners(*flags, *command); }};
}

}  // namespace branchline::apps
