#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "apps/branchline/experiments/edge_files.h"
#include "apps/branchline/experiments/experiments.h"
#include "apps/branchline/experiments/output_flags.h"
#include "apps/branchline/flags.h"
#include "apps/lab/adaptation_experiment.h"
#include "apps/lab/edge_process.h"

namespace branchline::apps {
namespace {

struct AdaptationFlags {
  std::string model;
  lab::AdaptationSetup setup;
  OutputFlags output;
};

int run_adaptation(const AdaptationFlags& flags, const CLI::App& command) {
  const auto folder = open_output(flags.output, command);
  lab::AdaptationSetup setup = flags.setup;
  setup.model = model_or_camera(flags.model);
  setup.edge_program = lab::find_edge_program();
  setup.edge_log = edge_log(folder);
  const lab::StopFlag stop;
  const std::vector<lab::AdaptationPhase> phases = lab::run_adaptation(
      setup, stop, [](const std::string& phase) { std::cerr << phase << '\n'; });
  std::vector<lab::AdaptationScore> scores;
  for (const lab::AdaptationPhase& phase : phases) scores.push_back(lab::score_of(phase));
  std::vector<lab::OverheadScore> overheads;
  if (!stop.raised()) {
    std::cerr << "request path of a device that is not slowed\n";
    overheads = lab::overheads_of({lab::run_unslowed(setup, stop)}, "not slowed");
    overheads.pop_back();  // of the edge: it was not asked
  }
  for (auto& overhead : lab::overheads_of(phases, "slowed")) {
    overheads.push_back(std::move(overhead));
  }
  const std::string text = describe(setup) + lab::adaptation_table(scores, overheads);
  if (folder) {
    folder->write("adaptation.txt", text);
    folder->write("adaptation.csv", lab::adaptation_csv(scores));
    folder->write("frames.csv", lab::adaptation_frames_csv(phases));
  }
  std::cout << (flags.output.json ? lab::adaptation_json(scores, overheads) : text);
  return stop.raised() ? stop.exit_code() : kDone;
}

}  // namespace

Verb add_adaptation(CLI::App& experiment) {
  auto flags = std::make_shared<AdaptationFlags>();
  CLI::App* command = experiment.add_subcommand(
      "adaptation",
      "How soon an engine finds the right plan when link or edge change, with a real edge");
  command->add_option("MODEL", flags->model, "Default: the shipped b_camera")
      ->type_name("MODEL.pt");
  add_duration(*command, "--phase", flags->setup.phase, "Length of each");
  command
      ->add_option("--device-slowdown", flags->setup.slowdown,
                   "Default: so that the deepest exit takes 1.8 deadlines")
      ->check(CLI::Range(1.0, 10000.0));
  command->add_option("--planner", flags->setup.planner, "As of `branchline run`")
      ->capture_default_str();
  add_output_flags(*command, flags->output);
  command->footer("Example:\n  branchline experiment adaptation -o adaptation");
  return {command, [flags, command] { return run_adaptation(*flags, *command); }};
}

}  // namespace branchline::apps
