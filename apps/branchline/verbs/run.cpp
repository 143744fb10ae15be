#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>

#include "apps/branchline/flags.h"
#include "apps/branchline/security_flags.h"
#include "apps/branchline/verbs/run_report.h"
#include "apps/branchline/verbs/verbs.h"
#include "apps/lab/frame_log.h"
#include "apps/lab/frame_player.h"
#include "apps/lab/frame_source.h"
#include "apps/lab/frame_summary.h"
#include "apps/lab/run_folder.h"
#include "apps/lab/stop_flag.h"
#include "branchline/engine.h"
#include "framework/base/error.h"
#include "framework/model/model_manifest.h"
#include "framework/planner/plan_map.h"
#include "framework/planner/planner_registry.h"
#include "transport/channel.h"

namespace branchline::apps {
namespace {

constexpr const char* kRunExample =
    "Examples:\n"
    "  branchline run branchy_models/pretrained/b_camera.pt --input vtest.avi --deadline 80ms\n"
    "  branchline run MODEL.pt --edge 192.168.1.20:7400 --input 0 --deadline 80ms --json\n"
    "  branchline run MODEL.pt --input pictures/ --rate 20Hz --require 'hit_rate>=0.95'\n"
    "Pictures in sub-folders carry the sub-folder's name as label. Latency counts from a frame's\n"
    "scheduled arrival. Exit codes: 3 a --require was missed, 4 no edge with --require-edge.\n";

struct RunFlags {
  std::string model, input, profile, codecs, planner = planner::kPlanMapName, force_place, out,
                                             trace;
  std::vector<std::string> edges, require;
  EdgeAccess access;
  Duration deadline = std::chrono::milliseconds(100);
  double rate_hz = 0, device_slowdown = 1;
  std::uint64_t frames = 0;
  int threads = 1;
  Shape shape;
  bool json = false, drop_oldest = false, require_edge = false, hedge = false, leave_early = false;
};

void add_run_flags(CLI::App& command, RunFlags& flags) {
  command.add_option("model", flags.model, "TorchScript file")->required();
  command
      .add_option("--input", flags.input,
                  "Folder of pictures (sub-folder = label), video file, or camera number")
      ->required();
  command.add_option("--edge", flags.edges, "A branchlined; may be repeated")
      ->take_all()
      ->allow_extra_args(false)  // MODEL.pt may follow
      ->type_name("HOST:PORT");
  command.add_flag("--hedge", flags.hedge,
                   "Ask the spare edge, too, when an answer is overdue; costs uplink");
  command.add_flag("--leave-early", flags.leave_early,
                   "Answer at once with an exit that is surer than `branchline calibrate` asks");
  add_edge_access(command, flags.access);
  add_duration(command, "--deadline", flags.deadline, "Answer by then");
  add_frequency(
      command, "--rate", flags.rate_hz,
      "Frames arrive at this rate; default: the video's, the camera's, 10Hz for pictures");
  command.add_option("--frames", flags.frames, "Stop after so many; default all");
  command.add_option("--profile", flags.profile,
                     "Profile file of `branchline profile`; default: profile before frame 1");
  command.add_option("--codecs", flags.codecs,
                     "Measured by `branchline experiment codecs`: the engine chooses each tensor's "
                     "codec for the link; default: by the model's manifest");
  command
      .add_option("--planner", flags.planner,
                  "plan-map: every plan that can be the best; for experiments an algorithm of "
                  "`branchline plan --list`")
      ->capture_default_str();
  command.add_option("--threads", flags.threads, "LibTorch's threads")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  add_shape(command, "--shape", flags.shape,
            "Input 1,C,H,W of a model whose manifest declares no image; frames are scaled to 0..1");
  command.add_flag("--drop-oldest", flags.drop_oldest,
                   "A waiting frame gives way to a newer one; default: every frame is submitted");
  command.add_flag("--require-edge", flags.require_edge,
                   "Exit code 4 when no edge is usable at the start");
  command
      .add_option("--require", flags.require,
                  "Exit code 3 unless met, e.g. 'hit_rate>=0.95'; may be repeated")
      ->take_all()
      ->allow_extra_args(false)
      ->type_name("GOAL");
  command
      .add_option("--device-slowdown", flags.device_slowdown,
                  "Experiment: the device computes this many times slower")
      ->check(CLI::Range(1.0, 10000.0))
      ->capture_default_str();
  command.add_option("--force-place", flags.force_place, "Experiment: device, split or edge")
      ->check(CLI::IsMember({"device", "split", "edge"}));
  command.add_flag("--json", flags.json, "One JSON line a frame on standard output");
  command.add_option("-o,--out", flags.out,
                     "Folder for frames.csv, summary.json and the configuration");
  command
      .add_option("--trace", flags.trace,
                  "Write what each frame's time went to, for chrome://tracing or ui.perfetto.dev")
      ->type_name("FILE.json");
}

std::optional<Place> place_of(const std::string& name) {
  for (const Place place : {Place::device, Place::split, Place::edge}) {
    if (name == name_of(place)) return place;
  }
  return std::nullopt;
}

/// Frames per second to replay at; 0: as they come.
double replay_rate(const RunFlags& flags, const lab::FrameSource& source) {
  if (flags.rate_hz > 0) return flags.rate_hz;
  if (source.live()) return 0;
  return source.own_rate().value_or(10);
}

/// The tensor to make of each frame when the manifest declares no image input.
Shape tensor_shape(const RunFlags& flags) {
  const model::ModelManifest manifest = model::read_manifest(flags.model);
  if (manifest.inputs.size() == 1 && manifest.inputs[0].is_image) return {};
  Shape shape = flags.shape;
  if (shape.empty() && manifest.inputs.size() == 1) shape = manifest.inputs[0].shape;
  const bool picture = shape.size() == 4 && shape[0] == 1 && (shape[1] == 1 || shape[1] == 3) &&
                       shape[2] > 0 && shape[3] > 0;
  if (picture) return shape;
  throw InputError("its manifest declares no image input", flags.model,
                   "say what it takes with --shape 1,3,224,224, or declare it once with "
                   "`branchline import`",
                   shape.empty() ? InputKind::usage : InputKind::model);
}

Options engine_options(const RunFlags& flags, const lab::FrameSource& source, const Shape& tensor) {
  Options options;
  options.edges = flags.edges;
  options.hedge = flags.hedge;
  options.leave_early = flags.leave_early;
  options.access = flags.access;
  options.deadline = flags.deadline;
  options.profile_file = flags.profile;
  options.codec_file = flags.codecs;
  options.planner = flags.planner;
  options.threads = flags.threads;
  options.device_slowdown = flags.device_slowdown;
  // A camera cannot wait; recorded frames can, and their waiting shows in their latency.
  const bool drop = flags.drop_oldest || source.live();
  options.when_full = drop ? WhenFull::drop_oldest : WhenFull::wait;
  options.queue_depth = drop ? 1 : 64;
  if (!tensor.empty()) options.input_shapes = {tensor};
  options.log = [](int level, const std::string& text) {
    if (level <= 1) std::cerr << "branchline: " + text + "\n";
  };
  return options;
}

/// Gives the edge `patience` to be there; what follows works without one.
bool wait_for_edge(const Engine& engine, Duration patience, const lab::StopFlag& stop) {
  const TimePoint end = Clock::now() + patience;
  while (!engine.status().link.up) {
    if (Clock::now() >= end) return false;
    if (!stop.wait_until(Clock::now() + std::chrono::milliseconds(20))) return false;
  }
  return true;
}

int check_goals(const std::vector<lab::Goal>& goals, const lab::MethodSummary& summary) {
  int code = kDone;
  for (const lab::Goal& goal : goals) {
    if (lab::meets(goal, summary)) continue;
    std::cerr << "branchline: not met: --require '" << goal.text << "'\n";
    code = kGoalNotMet;
  }
  return code;
}

lab::PlaySettings play_settings(const RunFlags& flags, const lab::FrameSource& source,
                                const Shape& tensor) {
  lab::PlaySettings settings;
  settings.deadline = flags.deadline;
  settings.rate_hz = replay_rate(flags, source);
  settings.frames = flags.frames;
  settings.force_place = place_of(flags.force_place);
  settings.tensor_shape = tensor;
  return settings;
}

/// What can be said before anything is opened.
std::vector<lab::Goal> checked_goals(const RunFlags& flags) {
  std::vector<lab::Goal> goals;
  for (const std::string& text : flags.require) goals.push_back(lab::parse_goal(text, "--require"));
  for (const std::string& edge : flags.edges) transport::parse_endpoint(edge, "--edge");
  planner::standard_planners().find_unless_map(flags.planner, "--planner");
  if (flags.deadline <= Duration::zero()) {
    throw InputError("the deadline must be greater than zero", "--deadline", "write e.g. 80ms");
  }
  if (flags.require_edge && flags.edges.empty()) {
    throw InputError("no --edge is given", "--require-edge", "add --edge host:port");
  }
  if (flags.hedge && flags.edges.size() < 2) {
    throw InputError("there is no spare edge to ask", "--hedge", "give --edge twice");
  }
  return goals;
}

int run_frames(const RunFlags& flags, const std::string& configuration) {
  const std::vector<lab::Goal> goals = checked_goals(flags);
  const auto source = lab::open_frame_source(flags.input);
  const Shape tensor = tensor_shape(flags);
  const std::optional<lab::RunFolder> folder =
      flags.out.empty() ? std::nullopt : std::optional<lab::RunFolder>(flags.out);
  if (folder) folder->write("config.toml", configuration);

  RunReport report(flags.json, flags.trace);
  const lab::StopFlag stop;
  std::cerr << "branchline: " << source->description() << "; opening " << flags.model << '\n';
  Engine engine = Engine::open(flags.model, engine_options(flags, *source, tensor));
  if (!flags.edges.empty() && !wait_for_edge(engine, std::chrono::seconds(3), stop)) {
    std::cerr << "branchline: no usable edge at " << joined(flags.edges) << " ("
              << engine.status().problem << ")"
              << (flags.require_edge ? "\n" : "; going on with the device alone\n");
    if (flags.require_edge && !stop.raised()) return kNoEdge;
  }
  lab::play_frames(engine, *source, play_settings(flags, *source, tensor), stop,
                   [&report](const lab::FrameRecord& record) { report.add(record); });
  engine.stop(Duration::zero());
  report.end();
  warn_of_unknown_labels(report.records(), engine.classes());

  const lab::MethodSummary summary = lab::summarise("branchline", report.records());
  (flags.json ? std::cerr : std::cout) << lab::text_table({summary}) << lab::where_text(summary);
  if (folder) {
    lab::write_csv(folder->path("frames.csv"), report.records());
    folder->write("summary.json", lab::summary_json({summary}));
  }
  if (stop.raised()) return stop.exit_code();
  return check_goals(goals, summary);
}

}  // namespace

Verb add_run(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "run", "Run a model on pictures, a video or a camera, each frame by its deadline");
  const auto flags = std::make_shared<RunFlags>();
  add_run_flags(*command, *flags);
  command->footer(kRunExample);
  return {command, [flags, command] {
            return run_frames(*flags, lab::configuration_text("run", command->config_to_str(true)));
          }};
}

}  // namespace branchline::apps
