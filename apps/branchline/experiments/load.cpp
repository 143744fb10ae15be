#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <memory>

#include "apps/branchline/experiments/edge_files.h"
#include "apps/branchline/experiments/experiments.h"
#include "apps/branchline/experiments/output_flags.h"
#include "apps/branchline/flags.h"
#include "apps/lab/edge_process.h"
#include "apps/lab/load_report.h"

namespace branchline::apps {
namespace {

struct LoadFlags {
  std::string model;
  std::vector<int> clients;
  std::vector<double> loads;
  std::chrono::nanoseconds budget{std::chrono::milliseconds(100)}, step{0};
  int exit = 0;
  std::int32_t cut = 0;
  std::uint64_t seed = 1;
  OutputFlags output;
  bool full = false, csv = false;
};

constexpr std::chrono::seconds kLongStep{10};
const std::vector<int> kAllClients = {1, 2, 4, 8, 16, 32, 64};
const std::vector<double> kAllLoads = {0.25, 0.5, 0.75, 0.9, 1, 1.2, 1.5, 2, 2.5, 3};

lab::LoadExperiment load_experiment_of(const LoadFlags& flags, const std::string& folder) {
  lab::LoadExperiment experiment;
  experiment.model_file = model_or_camera(flags.model);
  experiment.edge_program = lab::find_edge_program();
  experiment.log_folder = folder;
  experiment.policies = lab::load_policies(flags.full);
  if (flags.full) {
    experiment.clients = kAllClients;
    experiment.loads = kAllLoads;
    experiment.step = kLongStep;
  }
  if (!flags.clients.empty()) experiment.clients = flags.clients;
  if (!flags.loads.empty()) experiment.loads = flags.loads;
  if (flags.step.count() > 0) experiment.step = flags.step;
  experiment.budget = flags.budget;
  experiment.exit = flags.exit;
  experiment.cut = flags.cut;
  experiment.seed = flags.seed;
  return experiment;
}

/// A folder for the edges' logs, gone with this object.
class LogFolder {
 public:
  LogFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "branchline-XXXXXX").string();
    if (::mkdtemp(name.data()) != nullptr) path_ = name;
  }
  ~LogFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  LogFolder(const LogFolder&) = delete;
  LogFolder& operator=(const LogFolder&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

int run_load(const LoadFlags& flags, const CLI::App& command) {
  const auto folder = open_output(flags.output, command);
  const LogFolder logs;
  const lab::LoadExperiment experiment = load_experiment_of(flags, logs.path());
  const lab::LoadResult result = lab::run_load_experiment(
      experiment, [](const std::string& what) { std::cerr << what << '\n'; });
  const std::string text = lab::load_text(result, experiment.budget);
  if (folder) {
    folder->write("load.txt", text);
    folder->write("load.csv", lab::load_csv(result));
  }
  std::cout << (flags.output.json ? lab::load_json(result)
                : flags.csv       ? lab::load_csv(result)
                                  : text);
  return kDone;
}

}  // namespace

Verb add_load(CLI::App& experiment) {
  auto flags = std::make_shared<LoadFlags>();
  CLI::App* command =
      experiment.add_subcommand("load", "One edge under the load of many clients, in real time");
  command->add_option("MODEL", flags->model, "Default: the shipped b_camera")
      ->type_name("MODEL.pt");
  command->add_option("--clients", flags->clients, "Repeatable; default 1 16 64")
      ->check(CLI::Range(1, 256));
  command
      ->add_option("--load", flags->loads,
                   "Times what compute alone allows, repeatable; default 0.5 0.9 1.2 2 3")
      ->check(CLI::Range(0.01, 20.0));
  add_duration(*command, "--budget", flags->budget, "Of a request");
  add_duration(*command, "--step", flags->step, "How long each load lasts; default 1.7s, full 10s");
  command->add_option("--exit", flags->exit, "From 1; default: the deepest")
      ->check(CLI::Range(1, 1000));
  command->add_option("--cut", flags->cut, "The edge computes what comes behind this unit")
      ->check(CLI::Range(0, 1000000))
      ->capture_default_str();
  command->add_option("--seed", flags->seed, "Of the arrivals")->capture_default_str();
  command->add_flag("--full", flags->full,
                    "All numbers of clients and loads, a quarter of an hour an edge policy");
  command->add_flag("--csv", flags->csv, "Print every case as CSV");
  add_output_flags(*command, flags->output);
  command->footer("Example:\n  branchline experiment load --clients 16 --load 3 -o load");
  return {command, [flags, command] { return run_load(*flags, *command); }};
}

}  // namespace branchline::apps
