#include "apps/branchline/verbs/experiment_faults.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <optional>

#include "apps/branchline/verbs/verbs.h"
#include "apps/lab/edge_process.h"
#include "apps/lab/experiments/faults/fault_experiment.h"
#include "apps/lab/run_folder.h"

namespace branchline::apps {
namespace {

lab::FaultQuestion question_from(const FaultFlags& flags, const CodecFlags& common) {
  lab::FaultQuestion question;
  question.model = common.models.empty()
                       ? lab::find_shipped_file("branchy_models/pretrained/b_camera.pt")
                       : common.models.front();
  question.other_model = lab::find_shipped_file("branchy_models/pretrained/b_lenet-fashion.pt");
  question.requests = flags.requests;
  if (flags.slowdown > 0) question.slowdown = flags.slowdown;
  if (flags.loosest.count() > 0) question.loosest = flags.loosest;
  for (const std::string& name : flags.faults) {
    question.faults.push_back(lab::edge_fault_from_name(name, "--fault"));
  }
  if (flags.faults.empty()) question.faults = lab::all_edge_faults();
  return question;
}

}  // namespace

void add_fault_flags(CLI::App& command, FaultFlags& flags) {
  command.add_option("--fault", flags.faults, "Of `faults`: only this one, repeatable")
      ->type_name("NAME");
  command.add_option("--requests", flags.requests, "Of `faults`: for each")
      ->check(CLI::Range(1, 10000000))
      ->capture_default_str();
}

int run_faults(const FaultFlags& flags, const CodecFlags& common,
               const std::string& configuration) {
  lab::FaultQuestion question = question_from(flags, common);
  const lab::StopFlag stop;
  std::optional<lab::RunFolder> folder;
  if (!common.output.empty()) {
    folder.emplace(common.output);
    question.log_file = folder->path("branchlined.log");
  }
  const auto rows = lab::run_fault_experiment(question, stop, [](const lab::FaultRow& row) {
    std::cerr << name_of(row.fault) << ": " << row.in_time << " of " << row.feasible
              << " in time\n";
  });
  if (folder) {
    folder->write("faults.csv", lab::faults_csv(rows));
    folder->write("faults.json", lab::faults_json(question, rows));
    folder->write("faults.txt", lab::fault_table(rows));
    folder->write("config.toml", configuration);
  }
  std::cout << (common.json ? lab::faults_json(question, rows) : lab::fault_table(rows));
  if (stop.raised()) return stop.exit_code();
  const bool good =
      std::all_of(rows.begin(), rows.end(), [](const lab::FaultRow& row) { return row.good(); });
  return flags.require && !good ? kGoalNotMet : kDone;
}

}  // namespace branchline::apps
