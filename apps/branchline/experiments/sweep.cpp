#include "apps/branchline/experiments/sweep.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>

#include "apps/branchline/flags.h"
#include "apps/branchline/progress_line.h"
#include "apps/branchline/text_file.h"
#include "apps/branchline/verb.h"
#include "apps/lab/edge_process.h"
#include "apps/lab/report/figure_file.h"
#include "apps/lab/report/report.h"
#include "apps/lab/sweep/sweep.h"
#include "apps/lab/sweep/sweep_summary.h"
#include "apps/version_text.h"
#include "framework/base/error.h"

namespace branchline::apps {
namespace {

namespace fs = std::filesystem;

constexpr const char* kShippedFiles = "apps/lab/experiments/files";

struct SweepFlags {
  std::string name, folder;
  std::string pictures;
  std::vector<std::string> models, data, require;
  bool json = false;
};

std::vector<fs::path> shipped_experiments() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(lab::find_shipped_file(kShippedFiles))) {
    if (entry.path().extension() == ".toml") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// A file, or the name of a shipped one.
std::string experiment_file(const CLI::App& experiment, const std::string& named) {
  if (fs::path(named).extension() == ".toml") return named;
  std::string names;
  for (const fs::path& file : shipped_experiments()) {
    if (file.stem() == named) return file.string();
    names += (names.empty() ? "" : ", ") + file.stem().string();
  }
  for (const CLI::App* command : experiment.get_subcommands(nullptr)) {
    names += ", " + command->get_name();
  }
  throw InputError("is no experiment", named, "name a FILE.toml, or choose one of " + names);
}

int list_experiments(const CLI::App& experiment) {
  std::cout << "From files, with -o DIR:\n";
  for (const fs::path& file : shipped_experiments()) {
    std::cout << "  " << padded(file.stem().string(), 14)
              << lab::read_experiment(file.string()).title << '\n';
  }
  std::cout << "\nWith flags of their own (see NAME --help):\n";
  for (const CLI::App* command : experiment.get_subcommands(nullptr)) {
    std::cout << "  " << padded(command->get_name(), 14) << command->get_description() << '\n';
  }
  return kDone;
}

/// On a terminal one line that is written over, else a line for each thing that takes long.
class SweepReporter {
 public:
  void show(const lab::SweepProgress& now) {
    if (now.of == 0) return say(now.what, true);
    const std::string turns = std::to_string(now.of) + " turns";
    if (now.done == 0) say(now.what + ", " + turns + ", about " + show_duration(now.left), false);
    line_.show(now.what + ", " + std::to_string(now.done) + " of " + turns + ", " +
               show_duration(now.left) + " left");
  }

 private:
  void say(const std::string& text, bool on_the_line) {
    if (on_the_line) line_.show(text);
    if (::isatty(STDERR_FILENO) == 0) std::cerr << text << '\n';
  }

  ProgressLine line_;
};

/// A folder that another experiment was run in keeps its results.
void check_same_experiment(const lab::RunFolder& folder, const lab::Experiment& experiment) {
  const std::string there = folder.path("config.toml");
  if (!fs::exists(there)) return;
  const std::vector<lab::Setting> before = lab::settings_of(lab::read_experiment(there));
  const std::vector<lab::Setting> now = lab::settings_of(experiment);
  for (std::size_t i = 0; i < std::max(before.size(), now.size()); ++i) {
    if (i < before.size() && i < now.size() && before[i] == now[i]) continue;
    const lab::Setting& differs = i < now.size() ? now[i] : before[i];
    throw InputError("another experiment was run there: " + differs.key + " was " +
                         (i < before.size() ? before[i].value : "not set") + ", now it is " +
                         (i < now.size() ? now[i].value : "not set"),
                     there, "take another folder: -o");
  }
}

std::string configuration(const lab::Experiment& experiment) {
  const BuildFacts facts = build_facts();
  return "# branchline " + facts.version + ", commit " + facts.commit + "\n" +
         lab::to_toml(experiment);
}

lab::Sweep run_shown(const lab::Experiment& experiment, const lab::RunFolder& folder,
                     const lab::StopFlag& stop) {
  SweepReporter reporter;
  return lab::run_sweep(experiment, folder, stop,
                        [&](const lab::SweepProgress& now) { reporter.show(now); });
}

std::string absolute_path(const std::string& path) {
  return fs::absolute(path).lexically_normal().string();
}

/// What flags say of models and pictures comes before what the file says.
void set_files(const SweepFlags& flags, lab::Experiment& experiment) {
  for (std::size_t i = 0; i < flags.models.size(); ++i) {
    experiment.model_folders.insert(experiment.model_folders.begin() + static_cast<long>(i),
                                    absolute_path(flags.models[i]));
  }
  for (const std::string& folder : flags.data) experiment.data.push_back(absolute_path(folder));
  if (!flags.pictures.empty()) experiment.pictures = absolute_path(flags.pictures);
}

int run_file(const SweepFlags& flags, const CLI::App& command) {
  const std::string file = experiment_file(command, flags.name);
  if (flags.folder.empty()) {
    throw InputError("no folder for the results", "-o", "give one: -o DIR");
  }
  lab::Experiment experiment = lab::read_experiment(file);
  lab::parse_figures(read_text_file(file, "check the path"), file);  // before anything is measured
  set_files(flags, experiment);
  std::vector<lab::RowGoal> goals;
  for (const std::string& text : flags.require) {
    goals.push_back(lab::parse_row_goal(text, "--require"));
  }
  const lab::RunFolder folder(flags.folder);
  check_same_experiment(folder, experiment);
  folder.write("config.toml", configuration(experiment));
  const lab::StopFlag stop;
  folder.write("machine.json", lab::machine_json());
  const lab::Sweep sweep = run_shown(experiment, folder, stop);
  folder.write("layers.csv", sweep.layers_csv);
  folder.write("regressions.csv", sweep.regressions_csv);
  folder.write("results.csv", lab::results_csv(sweep.rows));
  const lab::SweepVerdict verdict = lab::judge(experiment, goals, sweep.rows);
  const std::string summary = lab::summary_json(experiment, sweep, verdict);
  folder.write("results.json", summary);
  if (!sweep.complete) {
    std::cerr << "stopped; the same command goes on where it was\n";
    return stop.exit_code();
  }
  const std::string page = lab::write_report(flags.folder, std::cerr);
  std::cout << (flags.json ? summary : lab::summary_text(sweep, verdict) + page + "\n");
  return verdict.good() ? kDone : kGoalNotMet;
}

}  // namespace

std::function<int()> add_sweep(CLI::App& experiment) {
  auto flags = std::make_shared<SweepFlags>();
  experiment
      .add_option("NAME", flags->name,
                  "An experiment file, or a shipped one's name; without: list what there is")
      ->type_name("NAME|FILE.toml");
  experiment
      .add_option("-o,--output", flags->folder,
                  "Write the results into this folder; a run that was interrupted goes on there")
      ->type_name("DIR");
  experiment
      .add_option("--models", flags->models,
                  "Folder of networks (NAME.pt) that the experiment names; repeatable")
      ->type_name("DIR");
  experiment
      .add_option("--pictures", flags->pictures,
                  "Send these frames instead of the file's or of test pictures")
      ->type_name("DIR|VIDEO");
  experiment
      .add_option("--data", flags->data, "Folder of test pictures, beside the file's; repeatable")
      ->type_name("DIR");
  experiment
      .add_option("--require", flags->require,
                  "Exit code 3 when a row of results.csv misses it, e.g. 'hit_rate>=0.95' or "
                  "'method=branchline: hit_rate>=0.95'; repeatable")
      ->type_name("GOAL");
  experiment.add_flag("--json", flags->json, "Print results.json");
  return [flags, &experiment] {
    return flags->name.empty() ? list_experiments(experiment) : run_file(*flags, experiment);
  };
}

}  // namespace branchline::apps
