#include "apps/lab/adaptation_experiment.h"

#include <fmt/format.h>

#include <opencv2/imgproc.hpp>
#include <optional>

#include "apps/branchline/flags.h"
#include "apps/lab/demo_play.h"
#include "apps/lab/edge_load.h"
#include "apps/lab/edge_process.h"
#include "branchline/opencv.hpp"
#include "framework/model/model_manifest.h"
#include "transport/link_emulator.h"

namespace branchline::lab {
namespace {

using namespace std::chrono_literals;

constexpr double kDownlinkPerUplink = 2;

/// A picture with shapes in it, as large as the network takes it: noise alone would not compress.
cv::Mat shapes(const std::string& model) {
  const model::ModelManifest manifest = model::read_manifest(model);
  const Shape& shape = manifest.inputs.at(0).shape;  // {1, C, H, W}
  cv::Mat picture(static_cast<int>(shape.at(2)), static_cast<int>(shape.at(3)), CV_8UC3);
  cv::RNG random(1);
  random.fill(picture, cv::RNG::UNIFORM, 0, 255);
  cv::GaussianBlur(picture, picture, {7, 7}, 0);
  cv::circle(picture, {picture.cols / 2, picture.rows / 2}, picture.rows / 3, {200, 120, 40}, -1);
  return picture;
}

/// How much slower than this machine the device has to be.
double small_device(const AdaptationSetup& setup, const cv::Mat& picture) {
  Options options;
  options.deadline = 10s;
  Engine engine = Engine::open(setup.model, options);
  std::vector<SourceFrame> frames(24);
  for (SourceFrame& frame : frames) frame.image = picture;
  const Duration first = exit_time(engine, 1, frames);
  const Duration deepest = exit_time(engine, engine.exits(), frames);
  return slowdown_for(first, deepest, setup.deadline);
}

Link true_link(const transport::LinkStatus& status) {
  Link link;
  link.up = true;
  link.uplink_bps = 8 * status.uplink_bytes_per_s;
  link.downlink_bps = 8 * status.downlink_bytes_per_s;
  link.round_trip = 2 * status.delay;
  return link;
}

/// Engine, link, edge and load, and the frames' schedule, which runs on from phase to phase.
class AdaptationStage {
 public:
  AdaptationStage(const AdaptationSetup& setup, const cv::Mat& picture, const StopFlag& stop)
      : setup_(setup),
        stop_(stop),
        picture_(picture),
        edge_(setup.edge_program, setup.model, setup.edge_log),
        link_(io_, {"127.0.0.1", 0}, {"127.0.0.1", edge_.port()}, profile(setup.fast_bytes_per_s)),
        load_(setup.model, edge_.port(), setup.load_devices, setup.deadline),
        engine_(Engine::open(setup.model, options())) {
    const TimePoint end = Clock::now() + 15s;
    while (Clock::now() < end && !(engine_.status().link.up && engine_.status().ready)) {
      if (!stop_.wait_until(Clock::now() + 50ms)) return;
    }
    next_ = Clock::now();
  }

  void set_rate(double bytes_per_s) { link_.set_profile(profile(bytes_per_s)); }
  EdgeLoad& load() { return load_; }

  AdaptationPhase play(const std::string& name, bool loaded, bool device_only = false) {
    AdaptationPhase phase;
    phase.name = name;
    const TimePoint begun = Clock::now();
    const std::chrono::duration<double> period(1 / setup_.rate_hz);
    while (next_ < begun + setup_.phase && stop_.wait_until(next_)) {
      const FrameRequest frame = from(picture_).by(next_ + setup_.deadline);
      Request request = frame;
      request.device_only = device_only;
      phase.frames.push_back(
          adapted_frame(engine_.infer(request), std::max(next_ - begun, Duration::zero())));
      next_ += std::chrono::duration_cast<Duration>(period);
      next_ = std::max(next_, Clock::now());
    }
    if (!loaded) {
      const Duration budget = setup_.deadline;
      phase.expected = plan_name(engine_.plan(budget, true_link(link_.status())));
    }
    return phase;
  }

 private:
  Options options() const {
    Options options;
    options.edges = {"127.0.0.1:" + std::to_string(link_.port())};
    options.deadline = setup_.deadline;
    options.device_slowdown = setup_.slowdown;
    options.planner = setup_.planner;
    return options;
  }
  transport::LinkProfile profile(double bytes_per_s) const {
    return transport::steady_link(bytes_per_s, kDownlinkPerUplink * bytes_per_s, setup_.delay);
  }

  const AdaptationSetup& setup_;
  const StopFlag& stop_;
  const cv::Mat picture_;
  EdgeProcess edge_;
  transport::IoThread io_;
  transport::LinkEmulator link_;
  EdgeLoad load_;
  Engine engine_;
  TimePoint next_;
};

}  // namespace

std::string plan_name(const Plan& plan) {
  std::string name = fmt::format("exit {} {}", plan.exit, name_of(plan.place));
  for (const Stage& stage : plan.stages) {
    const bool keeps = plan.place == Place::split && stage.tier == Tier::device;
    if (keeps) name += " " + to_string(stage.units);
    if (!stage.codec.empty()) name += " " + stage.codec;
  }
  return name;
}

AdaptedFrame adapted_frame(const Result& result, Duration at) {
  const Plan& planned = result.abandoned ? *result.abandoned : result.plan;
  const Timing& took = result.timing;
  AdaptedFrame frame;
  frame.at = at;
  frame.plan = plan_name(planned);
  frame.why = name_of(result.why);
  frame.uplink_bps = result.link.uplink_bps;
  frame.latency = result.latency;
  frame.probe = result.why == Why::probing;
  frame.in_time = result.in_time();
  frame.on_edge = result && result.plan.place != Place::device;
  const bool has_tail = !planned.stages.empty() && planned.stages.back().tier == Tier::device;
  if (frame.on_edge && !has_tail) {
    frame.overhead = result.latency - (took.device - took.fallback) - took.encode - took.uplink -
                     took.edge_queued - took.edge - took.downlink;
  } else if (result && took.bytes_up == 0 && !result.abandoned) {
    frame.overhead = result.latency - took.device;
  }
  return frame;
}

std::string describe(const AdaptationSetup& setup) {
  using apps::show_duration;
  using apps::show_rate;
  return fmt::format(
      "{}, planner {}, device {:.1f} times slower than this machine, deadline {}, {} frames/s, "
      "phases of {}; link {} or {}, {} one way; load: {} devices\n",
      setup.model, setup.planner, setup.slowdown, show_duration(setup.deadline), setup.rate_hz,
      show_duration(setup.phase), show_rate(setup.fast_bytes_per_s),
      show_rate(setup.slow_bytes_per_s), show_duration(setup.delay), setup.load_devices);
}

std::vector<AdaptationPhase> run_adaptation(
    AdaptationSetup& setup, const StopFlag& stop,
    const std::function<void(const std::string&)>& on_phase) {
  const cv::Mat picture = shapes(setup.model);
  if (setup.slowdown == 0) setup.slowdown = small_device(setup, picture);
  AdaptationStage stage(setup, picture, stop);
  std::vector<AdaptationPhase> phases;
  const auto play = [&](const std::string& name, bool loaded) {
    if (stop.raised()) return;
    on_phase(name);
    phases.push_back(stage.play(name, loaded));
  };
  play("fast link, from cold", false);
  stage.set_rate(setup.slow_bytes_per_s);
  play("link slower", false);
  stage.set_rate(setup.fast_bytes_per_s);
  play("link fast again", false);
  stage.load().begin();
  play("edge loaded", true);
  stage.load().end();
  play("edge free again", false);
  return phases;
}

AdaptationPhase run_unslowed(const AdaptationSetup& setup, const StopFlag& stop) {
  AdaptationSetup unslowed = setup;
  unslowed.slowdown = 1;
  AdaptationStage stage(unslowed, shapes(setup.model), stop);
  return stage.play("not slowed", true, true);
}

}  // namespace branchline::lab
