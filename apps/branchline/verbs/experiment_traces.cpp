#include "apps/branchline/verbs/experiment_traces.h"

#include <ATen/Parallel.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>

#include "apps/branchline/flags.h"
#include "apps/branchline/verbs/verbs.h"
#include "apps/lab/edge_process.h"
#include "apps/lab/experiments/traces/trace_live.h"
#include "apps/lab/run_folder.h"
#include "branchy_models/data_sets.h"
#include "framework/base/error.h"

namespace branchline::apps {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr const char* kFashion = "/usr/share/datasets/fashion-mnist";
constexpr std::int64_t kTraceSlices = 2ll << 30;

struct TraceRun {
  const TraceFlags& flags;
  const CodecFlags& common;
  const std::vector<lab::TraceCase> traces;
  const lab::StopFlag& stop;
  const std::string log_file;  ///< of branchlined
  std::vector<lab::TraceRows> rows;
  std::vector<lab::LiveRow> live;
  std::string text, frames;
};

/// The shipped ones that the data is for.
std::vector<std::string> traced_models(const CodecFlags& common) {
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

std::unique_ptr<branchy_models::LabelledImages> pictures_of(const model::Model& model,
                                                            const std::vector<std::string>& folders,
                                                            std::string& name) {
  std::string problems;
  for (const std::string& folder : folders) {
    try {
      return branchy_models::open_test_images(folder, model.manifest(), name);
    } catch (const InputError& error) {
      problems += (problems.empty() ? "" : "; ") + std::string(error.what());
    }
  }
  throw InputError("has no test pictures: " + problems, model.file(), "give their folder: --data");
}

std::vector<lab::TraceCase> traces_of(const TraceFlags& flags) {
  std::vector<std::string> files;
  for (const std::string& path : flags.traces) {
    if (!fs::is_directory(path)) {
      files.push_back(path);
      continue;
    }
    for (const auto& entry : fs::directory_iterator(path)) {
      if (entry.path().extension() == ".csv") files.push_back(entry.path().string());
    }
  }
  std::sort(files.begin(), files.end());
  if (files.empty()) files.push_back(lab::find_shipped_file("apps/lab/traces/lte_like.csv"));
  std::vector<lab::TraceCase> traces;
  for (const std::string& file : files) traces.push_back(lab::recorded_case(file, flags.delay));
  for (lab::TraceCase& step : lab::step_cases(flags.delay)) traces.push_back(std::move(step));
  return traces;
}

lab::TraceQuestion question_of(const TraceFlags& flags) {
  lab::TraceQuestion question;
  if (flags.deadline > 0s) question.deadline = flags.deadline;
  question.rate_hz = flags.rate_hz;
  question.slowdown = flags.slowdown;
  question.profile = flags.profile;
  question.cache = flags.cache;
  return question;
}

void play_trace(TraceRun& run, const lab::TraceSetting& setting, const lab::TraceCase& trace,
                const branchy_models::LabelledImages& images, slice::SliceCache& cache) {
  const auto plays = lab::simulate_trace(setting, trace, cache);
  run.rows.push_back(lab::score_trace(setting, trace, plays));
  run.frames += lab::trace_frames_csv(setting, trace, plays.front(), run.frames.empty());
  const std::string table = lab::trace_table(run.rows.back()) + '\n';
  run.text += table;
  if (!run.common.json) std::cout << table << std::flush;
  if (run.flags.real <= 0s) return;
  std::cerr << "playing " << trace.name << " for real\n";
  const auto rows =
      lab::play_trace_live(setting, trace, run.flags.real, images, plays, run.log_file, run.stop);
  run.live.insert(run.live.end(), rows.begin(), rows.end());
  const std::string live = lab::live_table(rows) + '\n';
  run.text += live;
  if (!run.common.json) std::cout << live << std::flush;
}

void play_model(TraceRun& run, const std::string& file) {
  const auto model = model::Model::load(file);
  std::string data_set;
  const auto all = pictures_of(*model, run.common.data, data_set);
  const branchy_models::FirstImages images(*all,
                                           run.common.images > 0 ? run.common.images : all->size());
  const lab::TraceSetting setting = lab::make_setting(
      model, fs::path(file).stem().string(), images, data_set, question_of(run.flags),
      [](const std::string& what) { std::cerr << '\r' << what << std::flush; });
  std::cerr << '\n';
  slice::SliceCache cache(kTraceSlices);
  for (const lab::TraceCase& trace : run.traces) {
    if (run.stop.raised()) return;
    play_trace(run, setting, trace, images, cache);
  }
}

}  // namespace

void add_trace_flags(CLI::App& command, TraceFlags& flags) {
  command
      .add_option("--traces", flags.traces,
                  "Of `traces`: recordings to replay, or folders of them, repeatable; default: the "
                  "shipped one. Links that step are always played")
      ->type_name("CSV|DIR");
  command
      .add_option("--profile", flags.profile,
                  "Of `traces`, with one model: its times; default: measured now")
      ->type_name("profile.json");
  command
      .add_option("--cache", flags.cache,
                  "Of `traces`: keep here what was measured of the test pictures")
      ->type_name("DIR");
  add_frequency(command, "--rate", flags.rate_hz, "Of `traces`: frames");
  add_duration(command, "--delay", flags.delay, "Of `traces`: one way, beside the recorded rates");
  command
      .add_option(
          "--device-slowdown", flags.slowdown,
          "Of `traces` and `faults`: how many times slower than this machine the device is; "
          "default of `faults`: 20, of `traces`: so that its deepest exit takes 1.8 "
          "deadlines, but its first at most 0.35")
      ->check(CLI::Range(1.0, 1000.0));
  add_duration(command, "--real", flags.real,
               "Of `traces`: also play so much of each trace with the real engine, a branchlined "
               "and the link emulator");
  command.add_flag("--require", flags.require,
                   "Exit code 3 when a target of `traces` or `faults` is missed");
}

int run_traces(const TraceFlags& flags, const CodecFlags& given, const std::string& configuration) {
  CodecFlags common = given;
  if (common.data.empty()) common.data = {kFashion};
  if (std::find(common.data.begin(), common.data.end(), kFashion) == common.data.end()) {
    common.data.push_back(kFashion);
  }
  const std::vector<std::string> models = traced_models(common);
  if (!flags.profile.empty() && models.size() != 1) {
    throw InputError("is of one model", "--profile", "name that MODEL.pt");
  }
  at::set_num_threads(1);
  const lab::StopFlag stop;
  std::optional<lab::RunFolder> folder;
  if (!common.output.empty()) folder.emplace(common.output);
  const std::string log = folder ? folder->path("branchlined.log") : "/dev/null";
  TraceRun run{flags, common, traces_of(flags), stop, log, {}, {}, {}, {}};
  for (const std::string& model : models) play_model(run, model);
  if (stop.raised()) return stop.exit_code();

  std::string closing;
  bool missed = false;
  for (const lab::TraceRows& rows : run.rows) {
    for (const std::string& sentence : lab::missed_targets(rows)) {
      closing += "target missed: " + sentence + '\n';
      missed = true;
    }
  }
  if (!missed) closing += "targets met: no baseline is better, the oracle by 3 points at most\n";
  if (folder) {
    folder->write("traces.csv", lab::traces_csv(run.rows));
    folder->write("frames.csv", run.frames);
    folder->write("traces.json", lab::traces_json(run.rows, run.live));
    folder->write("traces.txt", run.text + closing);
    folder->write("config.toml", configuration);
  }
  std::cout << (common.json ? lab::traces_json(run.rows, run.live) : closing);
  return missed && flags.require ? kGoalNotMet : kDone;
}

}  // namespace branchline::apps
