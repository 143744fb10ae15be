#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>

#include "apps/branchline/flags.h"
#include "apps/branchline/security_flags.h"
#include "apps/branchline/text_file.h"
#include "apps/branchline/verbs/profile_text.h"
#include "apps/branchline/verbs/verbs.h"
#include "apps/lab/run_folder.h"
#include "framework/base/error.h"
#include "framework/model/model.h"
#include "framework/profile/prediction.h"
#include "framework/profile/profile_json.h"
#include "framework/profile/unit_timer.h"
#include "framework/runtime/codec_timer.h"
#include "framework/runtime/load_security.h"
#include "framework/runtime/remote_timer.h"
#include "framework/slice/compute_threads.h"

namespace branchline::apps {
namespace {

struct ProfileFlags {
  std::vector<std::string> models;
  Shape input_shape;
  std::string edge;
  EdgeAccess access;
  std::string output, check;
  int runs = 20;
  int warmup = 3;
  int threads = 1;
  int max_cuts = 0;
  double slowdown = 1;
  bool report = false, json = false;
};

constexpr std::int64_t kProfileCacheBytes = 3ll << 30;  // prefix, suffix and whole of a big network
constexpr int kLoads = 3;
constexpr Duration kConnectTime = std::chrono::seconds(3);

constexpr const char* kProfileExample =
    "Examples:\n"
    "  branchline profile model.pt --edge 127.0.0.1:7400 -o profile.json\n"
    "  branchline profile --report --input 1,3,224,224 a.pt b.pt c.pt\n"
    "  branchline profile model.pt --check profile.json    # exit code 5 and the reason when "
    "stale\n";

/// --input serves the models whose manifest says nothing.
std::shared_ptr<const model::Model> load_to_profile(const std::string& file, const Shape& shape) {
  model::LoadOptions options;
  if (!shape.empty() && model::read_manifest(file).inputs.empty()) options.input_shapes = {shape};
  return model::Model::load(file, options);
}

profile::TimerOptions timer_options(const ProfileFlags& flags, const std::string& what) {
  profile::TimerOptions options;
  options.runs = flags.runs;
  options.warmup = flags.warmup;
  options.max_cuts = flags.max_cuts;
  options.progress = progress_line(what);
  return options;
}

profile::TierProfile profile_device(const ProfileFlags& flags,
                                    std::shared_ptr<const model::Model>& model) {
  std::vector<Duration> loads;
  for (int i = 0; i < kLoads; ++i) {
    const TimePoint begin = Clock::now();
    model = load_to_profile(flags.models.front(), flags.input_shape);
    loads.push_back(Clock::now() - begin);
  }
  slice::SliceCache cache(kProfileCacheBytes);
  profile::TimerOptions options = timer_options(flags, "device");
  options.slowdown = flags.slowdown;
  profile::TierProfile tier =
      profile::time_cuts(model->layers(), profile::local_runs(model, cache), options);
  tier.key = profile::local_key(model->layers());
  tier.load = profile::scaled(profile::stats_of(loads), flags.slowdown);
  tier.codec = runtime::time_codecs(*model, flags.runs, flags.slowdown);
  return tier;
}

profile::TierProfile profile_edge(const ProfileFlags& flags, const runtime::EdgeProfiler& edge,
                                  const graph::LayerGraph& graph) {
  profile::TierProfile tier = profile::time_cuts(graph, edge.runs(), timer_options(flags, "edge"));
  tier.key = edge.machine().key;
  tier.load = profile::stats_of({edge.machine().load});
  return tier;
}

/// Through a temporary file: a crash leaves the old profile whole.
void write_file(const std::string& path, const std::string& text) {
  const std::string part = path + ".part";
  std::ofstream file(part, std::ios::binary);
  file << text;
  file.close();
  std::error_code failure;
  if (file) std::filesystem::rename(part, path, failure);
  if (!file || failure) throw RunError("cannot write " + path);
}

int run_measurement(const ProfileFlags& flags, const std::string& configuration) {
  std::shared_ptr<const model::Model> model =
      load_to_profile(flags.models.front(), flags.input_shape);
  std::unique_ptr<runtime::EdgeProfiler> edge;
  if (!flags.edge.empty()) {
    try {
      edge = std::make_unique<runtime::EdgeProfiler>(model->layers(), flags.edge, kConnectTime,
                                                     runtime::load_security(flags.access));
    } catch (const RunError& error) {
      std::cerr << "branchline: no usable edge at " << flags.edge << ": " << error.what() << '\n';
      return kNoEdge;
    }
  }
  profile::Profile profile;
  profile.device = profile_device(flags, model);
  if (edge) profile.edge.push_back(profile_edge(flags, *edge, model->layers()));
  if (!flags.output.empty()) {
    write_file(flags.output, profile::to_json(profile));
    write_file(flags.output + ".config", configuration);
  }
  std::cout << (flags.json ? profile::to_json(profile) : profile_text(model->layers(), profile));
  return kDone;
}

int run_check(const ProfileFlags& flags) {
  const profile::Profile profile = profile::profile_from_json(
      read_text_file(flags.check, "give a profile\'s path"), flags.check);
  const auto model = load_to_profile(flags.models.front(), flags.input_shape);
  profile::require_fresh(profile.device.key, profile::local_key(model->layers()), flags.check);
  std::cout << flags.check << " fits " << flags.models.front() << " on this machine\n";
  return kDone;
}

int run_report(const ProfileFlags& flags) {
  std::vector<std::string> names;
  std::vector<profile::PredictionCase> cases;
  for (const std::string& file : flags.models) {
    const auto model = load_to_profile(file, flags.input_shape);
    slice::SliceCache cache(kProfileCacheBytes);
    names.push_back(std::filesystem::path(file).stem().string());
    cases.push_back(profile::measure_case(model->layers(), profile::local_runs(model, cache),
                                          timer_options(flags, names.back())));
  }
  const std::vector<PredictionRow> rows = prediction_rows(names, cases);
  const profile::TimeRegression fits = profile::fit_without(cases, cases.size());
  std::cout << (flags.json ? prediction_json(rows, fits) : prediction_text(rows, fits));
  return kDone;
}

int run_profile(const ProfileFlags& flags, const std::string& configuration) {
  slice::set_compute_threads(flags.threads);
  if (flags.report) return run_report(flags);
  if (flags.models.size() != 1) {
    throw InputError("one model is profiled at a time", "MODEL.pt", "or compare several: --report");
  }
  return flags.check.empty() ? run_measurement(flags, configuration) : run_check(flags);
}

void add_profile_flags(CLI::App& command, ProfileFlags& flags) {
  command.add_option("model", flags.models, "TorchScript file; several with --report")
      ->required()
      ->type_name("MODEL.pt");
  add_shape(command, "--input", flags.input_shape,
            "Input shape of models whose manifest gives none, e.g. 1,3,224,224");
  CLI::Option* edge =
      command.add_option("--edge", flags.edge, "Profile this edge too")->type_name("HOST:PORT");
  add_edge_access(command, flags.access);
  CLI::Option* output = command.add_option("-o,--output", flags.output, "Write the profile here")
                            ->type_name("profile.json");
  command.add_option("--runs", flags.runs, "Timed runs of each slice")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command.add_option("--warmup", flags.warmup, "Untimed runs before them")
      ->check(CLI::Range(0, 1000))
      ->capture_default_str();
  command.add_option("--threads", flags.threads, "LibTorch's threads on the device")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  command.add_option("--max-cuts", flags.max_cuts, "Cuts measured per exit; 0: all")
      ->check(CLI::Range(0, 100000))
      ->capture_default_str();
  command
      .add_option("--slowdown", flags.slowdown,
                  "Multiplies the device's times: emulates a slower one")
      ->check(CLI::Range(1.0, 1000.0))
      ->capture_default_str();
  CLI::Option* check = command.add_option("--check", flags.check,
                                          "Measure nothing: is this profile of this model and "
                                          "machine? Exit code 5 when it is stale");
  check->type_name("profile.json")->excludes(edge)->excludes(output);
  command.add_flag("--report", flags.report, "How well three ways predict each model's whole time")
      ->excludes(check)
      ->excludes(edge)
      ->excludes(output);
  command.add_flag("--json", flags.json, "Print JSON instead of a table");
}

}  // namespace

Verb add_profile(CLI::App& app) {
  auto flags = std::make_shared<ProfileFlags>();
  CLI::App* command = app.add_subcommand("profile", "Measure a model's times on device and edge");
  add_profile_flags(*command, *flags);
  command->footer(kProfileExample);
  return {command, [flags, command] {
            return run_profile(*flags,
                               lab::configuration_text("profile", command->config_to_str(true)));
          }};
}

}  // namespace branchline::apps
