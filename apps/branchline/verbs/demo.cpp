#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <opencv2/imgproc.hpp>

#include "apps/branchline/flags.h"
#include "apps/branchline/verbs/verbs.h"
#include "apps/lab/demo_play.h"
#include "apps/lab/demo_story.h"
#include "apps/lab/edge_process.h"
#include "apps/lab/frame_summary.h"
#include "apps/lab/place_prices.h"
#include "apps/lab/report/gnuplot.h"
#include "apps/lab/report_page.h"
#include "apps/lab/run_folder.h"
#include "apps/lab/timeline_picture.h"
#include "branchy_models/camera_dataset.h"
#include "framework/model/model_manifest.h"
#include "transport/link_trace.h"

namespace branchline::apps {
namespace {

constexpr const char* kDemoExample =
    "Example:\n"
    "  branchline demo --out ./branchline-demo\n"
    "Starts branchlined on a free loopback port, slows this process down to a small device and "
    "puts\n"
    "an emulated link between them; takes about two and a half minutes (--fast: one). "
    "docs/demo.md\n"
    "tells how to read what it writes: report.html, timeline.png, frames.csv.\n";

struct DemoFlags {
  std::string out = "./branchline-demo", model, trace;
  bool fast = false;
};

std::vector<lab::SourceFrame> camera_frames(std::int64_t count) {
  branchy_models::CameraOptions options;
  options.count = count;
  const branchy_models::CameraDataset set(options);
  std::vector<lab::SourceFrame> frames;
  for (std::int64_t i = 0; i < count; ++i) {
    branchy_models::LabelledImage picture = set.at(i);
    lab::SourceFrame frame;
    const cv::Mat rgb(picture.image.height, picture.image.width, CV_8UC3,
                      picture.image.pixels.data());
    cv::cvtColor(rgb, frame.image, cv::COLOR_RGB2BGR);
    frame.label = set.classes()[static_cast<std::size_t>(picture.label)];
    frame.name = set.background_of(i);
    frames.push_back(std::move(frame));
  }
  return frames;
}

std::string plan_text(const lab::FrameRecord& r) {
  if (!r.answered()) return "no answer";
  return fmt::format("exit {} {}{}", r.exit, r.place == Place::split ? "split, " : "on the ",
                     r.place == Place::split ? r.codec : name_of(r.place)) +
         (r.insured ? " (fallback)" : "");
}

void show_second(Duration at, const lab::LinkSample& link, const lab::Played& so_far) {
  if (so_far.records.empty()) return;
  const lab::FrameRecord& last = so_far.records.back();
  const lab::MethodSummary sum = lab::summarise("", so_far.records);
  std::cerr << fmt::format("{:>4.0f} s  {:<12} {:<26} {:>8}  {:>5.1f} % in time  {}\n",
                           static_cast<double>(at.count()) / 1e9,
                           link.down ? "LINK DOWN" : show_rate(link.uplink_bps / 8),
                           plan_text(last), show_duration(last.latency), 100 * sum.hit_rate(),
                           last.why == Why::planned ? "" : name_of(last.why));
}

std::vector<lab::Method> baselines(int exits) {
  using lab::Method;
  return {Method{"edge only, JPEG", true, true, Place::edge, exits, true},
          Method{"device only, deepest exit", false, false, Place::device, exits, true},
          Method{"device only, first exit", false, false, Place::device, 1, true}};
}

/// On this machine as it is.
lab::ExitTimes measure_machine(const std::string& model,
                               const std::vector<lab::SourceFrame>& frames) {
  Engine engine = Engine::open(model);
  return {lab::exit_time(engine, 1, frames), lab::exit_time(engine, engine.exits(), frames)};
}

/// As the play's device is.
lab::ExitTimes slowed(const lab::ExitTimes& machine, double slowdown) {
  const auto times = [slowdown](Duration time) {
    return Duration(static_cast<Duration::rep>(static_cast<double>(time.count()) * slowdown));
  };
  return {times(machine.first), times(machine.deepest)};
}

lab::DemoStory story_of(const lab::DemoStage& stage, const lab::ExitTimes& machine,
                        const lab::ExitTimes& device, const model::ModelManifest& manifest,
                        const DemoFlags& flags) {
  lab::DemoStory story;
  const lab::DemoScript& script = stage.script;
  story.model = manifest.name;
  story.slowdown = stage.slowdown;
  story.deadline = script.deadline;
  story.length = script.length();
  story.acts = lab::acts_of(script);
  story.exits = static_cast<int>(manifest.exits.size());
  for (const auto& exit : manifest.exits) story.exit_accuracy.push_back(exit.accuracy);
  story.device = fmt::format(
      "one thread of this machine, slowed by ×{0:.3g}: after each piece of work the thread sleeps "
      "until it has taken so many times what it takes here at its quickest, {1} for exit 1 and {2} "
      "for exit {3}; slowed, they take about {4} and {5}",
      stage.slowdown, show_duration(machine.first), show_duration(machine.deepest), story.exits,
      show_duration(device.first), show_duration(device.deepest));
  story.edge =
      fmt::format("branchlined, a process of its own at 127.0.0.1:{}, not slowed", stage.edge_port);
  story.link = fmt::format(
      "emulated in user space: every byte takes its time at the rate of the moment, plus {} each "
      "way; {} up and {} down when good; act 2 replays apps/lab/traces/lte_like.csv (made up, "
      "seeded)",
      show_duration(script.delay), show_rate(script.good_uplink_bytes_per_s),
      show_rate(script.good_downlink_bytes_per_s));
  story.frames = fmt::format(
      "{} frames at {:g} Hz: labelled objects (Fashion-MNIST's test set) on real video frames "
      "(opencv-doc) that were not used in training; 320×240",
      stage.frames->size(), script.rate_hz);
  story.command = std::string("branchline demo") + (flags.fast ? " --fast" : "");
  return story;
}

void write_results(const lab::RunFolder& folder, const lab::DemoStory& story,
                   const std::vector<lab::FrameRecord>& all) {
  lab::write_csv(folder.path("frames.csv"), all);
  lab::write_link_csv(folder.path("link.csv"), story.link_samples);
  folder.write("summary.json", lab::summary_json(story.table));
  folder.write("timeline.gp", lab::timeline_script(story));
  folder.write("report.html", lab::report_page(story));
  const std::string no_picture = lab::run_gnuplot(folder.path("."), "timeline");
  if (!no_picture.empty()) std::cerr << "branchline: " << no_picture << '\n';
  std::cout << "report: " << folder.path("report.html")
            << (no_picture.empty() ? "   picture: " + folder.path("timeline.png") : "")
            << "   raw: " << folder.path("frames.csv") << '\n';
}

/// Fills in what was played; returns every record of every method.
std::vector<lab::FrameRecord> tell(lab::DemoStory& story, const lab::Played& ours,
                                   const std::vector<lab::Method>& methods,
                                   const std::vector<lab::Played>& others) {
  story.records = ours.records;
  story.link_samples = ours.link;
  story.table = {lab::summarise("branchline", ours.records)};
  std::vector<lab::FrameRecord> all = ours.records;
  for (std::size_t i = 0; i < others.size(); ++i) {
    story.table.push_back(lab::summarise(methods[i].name, others[i].records));
    all.insert(all.end(), others[i].records.begin(), others[i].records.end());
  }
  return all;
}

int run_demo(DemoFlags flags, const std::string& configuration) {
  const lab::StopFlag stop;  // before any other thread
  if (flags.model.empty()) {
    flags.model = lab::find_shipped_file("branchy_models/pretrained/b_camera.pt");
  }
  if (flags.trace.empty()) flags.trace = lab::find_shipped_file("apps/lab/traces/lte_like.csv");
  const model::ModelManifest manifest = model::read_manifest(flags.model);
  const lab::RunFolder folder(flags.out);
  folder.write("config.toml", configuration);

  lab::DemoStage stage;
  stage.model = flags.model;
  stage.script = flags.fast ? lab::fast_script() : lab::full_script();
  stage.link = lab::link_of(stage.script, transport::read_link_trace(flags.trace));
  const double seconds = static_cast<double>(stage.script.length().count()) / 1e9;
  std::cerr << "branchline: making labelled camera frames\n";
  const auto frames = camera_frames(static_cast<std::int64_t>(seconds * stage.script.rate_hz));
  stage.frames = &frames;

  lab::EdgeProcess edge(lab::find_edge_program(), flags.model, folder.path("branchlined.log"));
  stage.edge_port = edge.port();
  const lab::ExitTimes machine = measure_machine(flags.model, frames);
  stage.slowdown = lab::slowdown_for(machine.first, machine.deepest, stage.script.deadline);
  const lab::ExitTimes device = slowed(machine, stage.slowdown);
  lab::DemoStory story = story_of(stage, machine, device, manifest, flags);
  std::cout << fmt::format(
                   "branchline demo · {} ({} exits) · device slowed by ×{:.3g}: exit 1 takes {}, "
                   "exit {} {} · edge 127.0.0.1:{} · deadline {} · {:g} Hz",
                   manifest.name, story.exits, stage.slowdown, show_duration(device.first),
                   story.exits, show_duration(device.deepest), edge.port(),
                   show_duration(stage.script.deadline), stage.script.rate_hz)
            << std::endl;

  const lab::Played ours =
      lab::play_method(lab::Method{.name = "branchline"}, stage, stop, show_second);
  if (stop.raised()) return stop.exit_code();
  const std::vector<lab::Method> methods = baselines(story.exits);
  std::cerr << fmt::format("branchline: the same {:.0f} s for edge only and device only\n",
                           seconds);
  const std::vector<lab::Played> others = lab::play_together(methods, stage, stop);
  if (stop.raised()) return stop.exit_code();

  const std::vector<lab::FrameRecord> all = tell(story, ours, methods, others);
  story.choices =
      lab::explain_places(stage.model, stage.slowdown, device, story.records, story.deadline);
  std::cout << '\n'
            << lab::text_table(story.table) << '\n'
            << lab::where_text(story.table.front()) << std::flush;
  write_results(folder, story, all);
  return kDone;
}

}  // namespace

Verb add_demo(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "demo", "Watch a network move between device and edge while its link turns bad and dies");
  const auto flags = std::make_shared<DemoFlags>();
  command->add_option("-o,--out", flags->out, "Folder for the results")->capture_default_str();
  command->add_option("--model", flags->model, "Default: the shipped b_camera.pt");
  command->add_option("--trace", flags->trace,
                      "Act 2's link, time_s,uplink_mbps,downlink_mbps; default: the shipped one");
  command->add_flag("--fast", flags->fast, "A quarter of the length");
  command->footer(kDemoExample);
  return {command, [flags, command] {
            return run_demo(*flags, lab::configuration_text("demo", command->config_to_str(true)));
          }};
}

}  // namespace branchline::apps
