#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <vector>

#include "apps/branchline/experiments/experiments.h"
#include "apps/branchline/experiments/sweep.h"
#include "apps/branchline/verbs/verbs.h"
#include "apps/lab/report/report.h"
#include "apps/lab/run_folder.h"
#include "apps/lab/sweep/sweep_summary.h"

namespace branchline::apps {
namespace {

/// What wrote into a folder ends with what it ran on, and a page of it all.
int run_and_report(const CLI::App& command, const std::vector<Verb>& experiments) {
  const int code = run_chosen(experiments);
  const CLI::App& chosen = *command.get_subcommands().front();
  const std::string folder = chosen.get_option("--output")->as<std::string>();
  if (folder.empty() || (code != kDone && code != kGoalNotMet)) return code;
  lab::RunFolder(folder).write("machine.json", lab::machine_json());
  const std::string page = lab::write_report(folder, std::cerr);
  if (!chosen.get_option("--json")->as<bool>()) std::cout << page << '\n';
  return code;
}

}  // namespace

Verb add_experiment(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "experiment", "Compute or measure a comparison (docs/cli.md tells which is which)");
  command->require_subcommand(0, 1);
  const std::vector<Verb> experiments = {
      add_planners(*command),  add_bandwidth(*command),  add_link_estimates(*command),
      add_tiles(*command),     add_codecs(*command),     add_upload(*command),
      add_streams(*command),   add_adaptation(*command), add_load(*command),
      add_emulation(*command), add_faults(*command),     add_traces(*command)};
  const auto run_file = add_sweep(*command);
  command->footer(
      "Examples:\n  branchline experiment smoke -o smoke\n  branchline experiment planners -o "
      "planners");
  return {command, [command, experiments, run_file] {
            return command->get_subcommands().empty() ? run_file()
                                                      : run_and_report(*command, experiments);
          }};
}

}  // namespace branchline::apps
