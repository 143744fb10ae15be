#include "apps/branchline/verbs/experiment_adaptation.h"

#include <filesystem>
#include <iostream>

#include "apps/branchline/verbs/verbs.h"
#include "apps/lab/adaptation_experiment.h"
#include "apps/lab/edge_process.h"
#include "apps/lab/run_folder.h"

namespace branchline::apps {

int run_adaptation_experiment(const AdaptationFlags& flags) {
  lab::AdaptationSetup setup;
  setup.model = flags.model.empty()
                    ? lab::find_shipped_file("branchy_models/pretrained/b_camera.pt")
                    : flags.model;
  setup.edge_program = lab::find_edge_program();
  setup.edge_log = flags.output.empty()
                       ? (std::filesystem::temp_directory_path() / "branchline-edge.log").string()
                       : lab::RunFolder(flags.output).path("branchlined.log");
  if (!flags.planner.empty()) setup.planner = flags.planner;
  if (flags.phase > Duration::zero()) setup.phase = flags.phase;
  setup.slowdown = flags.slowdown;
  const lab::StopFlag stop;
  const std::vector<lab::AdaptationPhase> phases = lab::run_adaptation(
      setup, stop, [](const std::string& phase) { std::cerr << phase << '\n'; });
  std::vector<lab::AdaptationScore> scores;
  for (const lab::AdaptationPhase& phase : phases) scores.push_back(lab::score_of(phase));
  const auto overheads = lab::overheads_of(phases);
  const std::string text = describe(setup) + lab::adaptation_table(scores, overheads);
  if (!flags.output.empty()) {
    const lab::RunFolder folder(flags.output);
    folder.write("adaptation.txt", text);
    folder.write("adaptation.csv", lab::adaptation_csv(scores));
    folder.write("frames.csv", lab::adaptation_frames_csv(phases));
  }
  std::cout << (flags.json ? lab::adaptation_json(scores, overheads) : text);
  return stop.raised() ? stop.exit_code() : kDone;
}

}  // namespace branchline::apps
