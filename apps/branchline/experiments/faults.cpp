#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>

#include "apps/branchline/experiments/edge_files.h"
#include "apps/branchline/experiments/experiments.h"
#include "apps/branchline/experiments/output_flags.h"
#include "apps/branchline/flags.h"
#include "apps/lab/edge_process.h"
#include "apps/lab/experiments/faults/fault_experiment.h"

namespace branchline::apps {
namespace {

struct FaultFlags {
  std::string model;
  std::vector<std::string> faults;  ///< empty: all
  lab::FaultQuestion question;
  OutputFlags output;
  bool require = false;
};

lab::FaultQuestion question_of(const FaultFlags& flags) {
  lab::FaultQuestion question = flags.question;
  question.model = model_or_camera(flags.model);
  question.other_model = lab::find_shipped_file("branchy_models/pretrained/b_lenet-fashion.pt");
  for (const std::string& name : flags.faults) {
    question.faults.push_back(lab::edge_fault_from_name(name, "--fault"));
  }
  if (flags.faults.empty()) question.faults = lab::all_edge_faults();
  return question;
}

int run_faults(const FaultFlags& flags, const CLI::App& command) {
  lab::FaultQuestion question = question_of(flags);
  const auto folder = open_output(flags.output, command);
  question.log_file = edge_log(folder);
  const lab::StopFlag stop;
  const auto rows = lab::run_fault_experiment(question, stop, [](const lab::FaultRow& row) {
    std::cerr << name_of(row.fault) << ": " << row.in_time << " of " << row.feasible
              << " in time\n";
  });
  if (folder) {
    folder->write("faults.csv", lab::faults_csv(rows));
    folder->write("faults.json", lab::faults_json(question, rows));
    folder->write("faults.txt", lab::fault_table(rows));
    folder->write("late.txt", lab::late_answers_text(rows));
  }
  std::cout << (flags.output.json ? lab::faults_json(question, rows) : lab::fault_table(rows));
  if (stop.raised()) return stop.exit_code();
  const bool good =
      std::all_of(rows.begin(), rows.end(), [](const lab::FaultRow& row) { return row.good(); });
  return flags.require && !good ? kGoalNotMet : kDone;
}

}  // namespace

Verb add_faults(CLI::App& experiment) {
  auto flags = std::make_shared<FaultFlags>();
  CLI::App* command = experiment.add_subcommand(
      "faults", "Answers by the deadline while the edge and the way there fail, in real time");
  command->add_option("MODEL", flags->model, "Default: the shipped b_camera")
      ->type_name("MODEL.pt");
  command->add_option("--fault", flags->faults, "Only this one, repeatable")->type_name("NAME");
  command->add_option("--requests", flags->question.requests, "For each fault")
      ->check(CLI::Range(1, 10000000))
      ->capture_default_str();
  add_duration(*command, "--deadline", flags->question.loosest,
               "The loosest; the tightest leaves time for exit 1 alone");
  command
      ->add_option("--device-slowdown", flags->question.slowdown,
                   "How many times slower than this machine the device is")
      ->check(CLI::Range(1.0, 1000.0))
      ->capture_default_str();
  command->add_flag("--require", flags->require, "Exit code 3 when a target is missed");
  add_output_flags(*command, flags->output);
  command->footer("Example:\n  branchline experiment faults --fault frozen --requests 1000");
  return {command, [flags, command] { return run_faults(*flags, *command); }};
}

}  // namespace branchline::apps
