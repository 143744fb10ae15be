#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>

#include "apps/branchline/experiments/experiments.h"
#include "apps/branchline/experiments/output_flags.h"
#include "apps/branchline/experiments/picture_flags.h"
#include "apps/branchline/flags.h"
#include "apps/branchline/progress_line.h"
#include "apps/lab/edge_process.h"
#include "apps/lab/experiments/traces/trace_live.h"
#include "framework/base/error.h"
#include "framework/profile/profile_json.h"
#include "framework/slice/compute_threads.h"

namespace branchline::apps {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr std::int64_t kTraceSlices = 2ll << 30;

struct TraceFlags {
  PictureFlags pictures;
  std::vector<std::string> traces;  ///< files or folders of them
  lab::TraceQuestion question;
  std::chrono::nanoseconds delay{10ms};
  std::chrono::nanoseconds real{0};  ///< 0: simulate only
  OutputFlags output;
  bool require = false;
};

struct TraceRun {
  const TraceFlags& flags;
  const std::vector<lab::TraceCase> traces;
  const lab::StopFlag& stop;
  const std::optional<lab::RunFolder>& folder;
  const std::string log_file;  ///< of branchlined
  std::vector<lab::TraceRows> rows;
  std::vector<lab::LiveRow> live;
  std::string text, frames;
};

/// The shipped ones that the data is for.
std::vector<std::string> traced_models(const PictureFlags& common) {
  if (!common.models.empty()) return common.models;
  const bool has_cifar = std::any_of(
      common.data.begin(), common.data.end(),
      [](const std::string& folder) { return fs::exists(fs::path(folder) / "test_batch.bin"); });
  std::vector<std::string> models;
  for (const std::string name :
       {"b_camera", has_cifar ? "b_alexnet-cifar10" : "b_alexnet-fashion"}) {
    models.push_back(lab::find_shipped_file("branchy_models/pretrained/" + name + ".pt"));
  }
  return models;
}

std::vector<lab::TraceCase> traces_of(const TraceFlags& flags) {
  std::vector<std::string> files;
  for (const std::string& path : flags.traces) {
    if (!fs::is_directory(path)) {
      files.push_back(path);
      continue;
    }
    const std::size_t before = files.size();
    for (const auto& entry : fs::directory_iterator(path)) {
      if (entry.path().extension() == ".csv") files.push_back(entry.path().string());
    }
    if (files.size() == before) {
      throw InputError("it holds no .csv", "--traces " + path, "give a folder of recordings");
    }
  }
  std::sort(files.begin(), files.end());
  if (files.empty()) files.push_back(lab::find_shipped_file("apps/lab/traces/lte_like.csv"));
  std::vector<lab::TraceCase> traces;
  for (const std::string& file : files) traces.push_back(lab::recorded_case(file, flags.delay));
  for (lab::TraceCase& step : lab::step_cases(flags.delay)) traces.push_back(std::move(step));
  return traces;
}

void play_trace(TraceRun& run, const lab::TraceSetting& setting, const lab::TraceCase& trace,
                const branchy_models::LabelledImages& images, slice::SliceCache& cache) {
  const auto plays = lab::simulate_trace(setting, trace, cache);
  run.rows.push_back(lab::score_trace(setting, trace, plays));
  run.frames += lab::trace_frames_csv(setting, trace, plays, run.frames.empty());
  const std::string table = lab::trace_table(run.rows.back()) + '\n';
  run.text += table;
  if (!run.flags.output.json) std::cout << table << std::flush;
  if (run.flags.real <= 0s) return;
  std::cerr << "playing " << trace.name << " for real\n";
  const auto rows =
      lab::play_trace_live(setting, trace, run.flags.real, images, plays, run.log_file, run.stop);
  run.live.insert(run.live.end(), rows.begin(), rows.end());
  const std::string live = lab::live_table(rows) + '\n';
  run.text += live;
  if (!run.flags.output.json) std::cout << live << std::flush;
}

void play_model(TraceRun& run, const std::string& file) {
  const auto model = model::Model::load(file);
  const PictureFlags& flags = run.flags.pictures;
  const lab::TestPictures pictures = pictures_for(*model, flags);
  if (!pictures.images) {
    throw InputError("has no test pictures: " + pictures.problems, file,
                     "give their folder: --data");
  }
  const branchy_models::FirstImages images(*pictures.images, flags.count_of(*pictures.images));
  ProgressLine progress;
  const lab::TraceSetting setting =
      lab::make_setting(model, fs::path(file).stem().string(), images, pictures.data_set,
                        run.flags.question, [&](const std::string& what) { progress.show(what); });
  progress.clear();
  if (run.folder) {
    run.folder->write(setting.network + ".profile.json", profile::to_json(setting.profile));
  }
  slice::SliceCache cache(kTraceSlices);
  for (const lab::TraceCase& trace : run.traces) {
    if (run.stop.raised()) return;
    play_trace(run, setting, trace, images, cache);
  }
}

int run_traces(const TraceFlags& flags, const CLI::App& command) {
  const std::vector<std::string> models = traced_models(flags.pictures);
  if (!flags.question.profile.empty() && models.size() != 1) {
    throw InputError("is of one model", "--profile", "name that MODEL.pt");
  }
  const auto folder = open_output(flags.output, command);
  slice::set_compute_threads(1);
  const lab::StopFlag stop;
  const std::string log = folder ? folder->path("branchlined.log") : "/dev/null";
  TraceRun run{flags, traces_of(flags), stop, folder, log, {}, {}, {}, {}};
  for (const std::string& model : models) play_model(run, model);
  if (stop.raised()) return stop.exit_code();

  std::string closing;
  for (const lab::TraceRows& rows : run.rows) {
    for (const std::string& sentence : lab::missed_targets(rows)) {
      closing += "target missed: " + sentence + '\n';
    }
  }
  const bool missed = !closing.empty();
  if (!missed) closing = "targets met: no baseline is better, the oracle by 3 points at most\n";
  if (folder) {
    folder->write("traces.csv", lab::traces_csv(run.rows));
    folder->write("frames.csv", run.frames);
    folder->write("traces.json", lab::traces_json(run.rows, run.live));
    folder->write("traces.txt", run.text + closing);
  }
  std::cout << (flags.output.json ? lab::traces_json(run.rows, run.live) : closing);
  return missed && flags.require ? kGoalNotMet : kDone;
}

}  // namespace

Verb add_traces(CLI::App& experiment) {
  auto flags = std::make_shared<TraceFlags>();
  CLI::App* command = experiment.add_subcommand(
      "traces", "Deadlines met and accuracy on recorded links: Branchline against its rivals");
  add_picture_flags(*command, flags->pictures);
  command
      ->add_option("--traces", flags->traces,
                   "Recordings to replay, or folders of them, repeatable; default: the shipped "
                   "one. Links that step are always played")
      ->type_name("CSV|DIR");
  command
      ->add_option("--profile", flags->question.profile,
                   "With one model: its times; default: measured now")
      ->type_name("profile.json");
  command
      ->add_option("--cache", flags->question.cache,
                   "Keep here what was measured of the test pictures")
      ->type_name("DIR");
  add_duration(*command, "--deadline", flags->question.deadline, "Of every frame");
  add_frequency(*command, "--rate", flags->question.rate_hz, "Frames; default: 6Hz");
  add_duration(*command, "--delay", flags->delay, "One way, beside the recorded rates");
  command
      ->add_option("--device-slowdown", flags->question.slowdown,
                   "How many times slower than this machine the device is; default: so that its "
                   "deepest exit takes 1.8 deadlines, but its first at most 0.35")
      ->check(CLI::Range(1.0, 1000.0));
  add_duration(*command, "--real", flags->real,
               "Also play so much of each trace with the real engine, a branchlined and the link "
               "emulator");
  command->add_flag("--require", flags->require, "Exit code 3 when a target is missed");
  add_output_flags(*command, flags->output);
  command->footer(
      "Example:\n  branchline experiment traces b_camera.pt --traces TRACE.csv -o traces");
  return {command, [flags, command] { return run_traces(*flags, *command); }};
}

}  // namespace branchline::apps
