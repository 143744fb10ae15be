#include "apps/lab/demo_play.h"

#include <algorithm>
#include <exception>
#include <mutex>
#include <thread>

#include "branchline/opencv.hpp"

namespace branchline::lab {
namespace {

using namespace std::chrono_literals;

/// An honest user of one fixed way waits for its answer; nobody waits longer than this.
constexpr Duration kPatience = 10s;

Options options_for(const Method& method, const DemoStage& stage, std::uint16_t link_port) {
  Options options;
  if (method.uses_edge) options.edges = {"127.0.0.1:" + std::to_string(link_port)};
  options.deadline = stage.script.deadline;
  options.device_slowdown = stage.slowdown;
  // A robot wants the newest frame: one that still waits when the next arrives is given up.
  options.queue_depth = 1;
  options.when_full = WhenFull::drop_oldest;
  return options;
}

/// Makes a record that waited for its answer comparable: late is what missed the play's deadline,
/// and what the device said instead of the edge is nothing an edge-only robot would have.
FrameRecord judged(FrameRecord record, const Method& method, Duration deadline) {
  record.deadline = deadline;
  if (method.edge_answers_only && record.place != Place::edge) record.exit = 0;
  if (!record.answered()) {
    record.outcome = Outcome::dropped;
    record.prediction.reset();
    record.prediction_index = -1;
  } else if (record.latency > deadline) {
    record.outcome = Outcome::late;
  }
  return record;
}

/// Cuts and restores the link by the play's clock, and writes down what it was.
class LinkDirector {
 public:
  LinkDirector(transport::LinkEmulator& link, const DemoScript& script, TimePoint start)
      : link_(link), script_(script), start_(start) {}

  LinkSample step(TimePoint now) {
    const Duration at = now - start_;
    const bool down = at >= script_.cut_begin() && at < script_.cut_end();
    const transport::LinkStatus status = link_.status();
    if (down && !status.cut) link_.cut();
    if (!down && status.cut) link_.restore();
    return {at, down ? 0 : status.uplink_bytes_per_s * 8, down};
  }

 private:
  transport::LinkEmulator& link_;
  const DemoScript& script_;
  TimePoint start_;
};

/// What the player's and the director's threads write together.
class PlayedLog {
 public:
  void add(const FrameRecord& record) {
    const std::lock_guard lock(mutex_);
    played_.records.push_back(record);
  }
  void add(const LinkSample& sample) {
    const std::lock_guard lock(mutex_);
    played_.link.push_back(sample);
  }
  Played copy() const {
    const std::lock_guard lock(mutex_);
    return played_;
  }

 private:
  mutable std::mutex mutex_;
  Played played_;
};

void direct(transport::LinkEmulator& link, const DemoStage& stage, TimePoint start,
            const StopFlag& stop, PlayedLog& log, const OnSecond& on_second) {
  LinkDirector director(link, stage.script, start);
  constexpr Duration kStep = 100ms;
  for (Duration at{0}; at < stage.script.length(); at += kStep) {
    if (!stop.wait_until(start + at)) return;
    const LinkSample sample = director.step(Clock::now());
    log.add(sample);
    if (on_second && at % Duration(1s) == Duration::zero()) on_second(at, sample, log.copy());
  }
}

PlaySettings settings_for(const Method& method, const DemoScript& script, TimePoint start) {
  PlaySettings settings;
  settings.method = method.name;
  settings.deadline = method.waits ? kPatience : script.deadline;
  settings.rate_hz = script.rate_hz;
  settings.length = script.length();
  settings.start = start;
  settings.force_place = method.force_place;
  settings.force_exit = method.force_exit;
  return settings;
}

/// The edge tells its times over the link before the play begins.
void wait_until_ready(const Engine& engine, const StopFlag& stop) {
  const TimePoint end = Clock::now() + 10s;
  while (Clock::now() < end) {
    const Status status = engine.status();
    if (status.link.up && status.ready) return;
    if (!stop.wait_until(Clock::now() + 50ms)) return;
  }
}

/// Some frames before the curtain, as any robot sees them before it drives off: the first runs of
/// everything are slow, and the engine learns the link. They are not recorded.
void rehearse(Engine& engine, const DemoStage& stage, const StopFlag& stop) {
  PlaySettings settings = settings_for(Method{.name = "rehearsal"}, stage.script, Clock::now());
  settings.frames = 12;
  const auto source = frames_in_memory(*stage.frames);
  play_frames(engine, *source, settings, stop, [](const FrameRecord&) {});
}

/// The trace in act 2, the good rate before and after it.
transport::RateTrace rate_over_play(const DemoScript& script, const transport::RateTrace& trace,
                                    double good_bytes_per_s) {
  transport::RateTrace played = transport::steady_rate(good_bytes_per_s);
  for (transport::RateStep step : trace.steps) {
    if (step.at < script.trace_from) continue;
    step.at -= script.trace_from;
    if (step.at >= script.trace) break;
    step.at += script.good;
    played.steps.push_back(step);
  }
  played.steps.push_back({script.good + script.trace, good_bytes_per_s});
  return played;
}

}  // namespace

DemoScript full_script() { return {12s, 28s, 5s, 8s, 7s}; }
DemoScript fast_script() { return {4s, 6s, 1s, 2s, 2s, 9s}; }

std::vector<Act> acts_of(const DemoScript& script) {
  return {
      {"Act 1: good link",
       "A fast link leaves every choice. Sending the compressed picture is quickest; a split loses "
       "nothing to JPEG and keeps early exits at hand, and is taken where it surely fits.",
       Duration::zero(), script.good},
      {"Act 2: cellular",
       "A made-up trace of a cell's edge, from a few Mbit/s to a few hundred kbit/s: when the "
       "picture takes too long, the small feature map behind the bottleneck is sent instead.",
       script.good, script.good + script.trace},
      {"Act 3: cut and back",
       "The link turns into a black hole and comes back: requests under way are answered by the "
       "insurance, then the device goes on alone with the deepest exit it can afford.",
       script.good + script.trace, script.length()}};
}

transport::LinkProfile link_of(const DemoScript& script, const transport::LinkProfile& trace) {
  transport::LinkProfile link;
  link.delay = script.delay;
  link.uplink = rate_over_play(script, trace.uplink, script.good_uplink_bytes_per_s);
  link.downlink = rate_over_play(script, trace.downlink, script.good_downlink_bytes_per_s);
  return link;
}

Played play_method(const Method& method, const DemoStage& stage, const StopFlag& stop,
                   const OnSecond& on_second) {
  transport::IoThread io;
  transport::LinkEmulator link(
      io, {"127.0.0.1", 0}, {"127.0.0.1", stage.edge_port},
      transport::steady_link(stage.script.good_uplink_bytes_per_s,
                             stage.script.good_downlink_bytes_per_s, stage.script.delay));
  Engine engine = Engine::open(stage.model, options_for(method, stage, link.port()));
  if (method.uses_edge) wait_until_ready(engine, stop);
  rehearse(engine, stage, stop);

  PlayedLog log;
  const auto source = frames_in_memory(*stage.frames);
  const TimePoint start = Clock::now() + 200ms;
  link.set_profile(stage.link);
  std::thread director([&] { direct(link, stage, start, stop, log, on_second); });
  play_frames(
      engine, *source, settings_for(method, stage.script, start), stop,
      [&](const FrameRecord& record) { log.add(judged(record, method, stage.script.deadline)); });
  director.join();
  engine.stop(Duration::zero());
  return log.copy();
}

Duration exit_time(Engine& engine, int exit, const std::vector<SourceFrame>& frames) {
  constexpr std::size_t kFrames = 24;  // the first ones prepare the slices
  Duration quickest = Duration::max();
  for (std::size_t i = 0; i < std::min(frames.size(), kFrames); ++i) {
    const FrameRequest frame = from(frames[i].image);
    Request request = frame;
    request.force_exit = exit;
    request.deadline = Clock::now() + kPatience;
    const Result result = engine.infer(request);
    if (result) quickest = std::min(quickest, result.timing.device);
  }
  return quickest == Duration::max() ? Duration::zero() : quickest;
}

double slowdown_for(Duration first_exit, Duration deepest_exit, Duration deadline) {
  const auto ns = [](Duration d) {
    return static_cast<double>(std::max<Duration::rep>(1, d.count()));
  };
  constexpr double kDeepestPerDeadline = 1.8, kFirstPerDeadline = 0.35;
  const double factor = std::min(kDeepestPerDeadline * ns(deadline) / ns(deepest_exit),
                                 kFirstPerDeadline * ns(deadline) / ns(first_exit));
  return std::max(1.0, factor);
}

std::vector<Played> play_together(const std::vector<Method>& methods, const DemoStage& stage,
                                  const StopFlag& stop) {
  std::vector<Played> played(methods.size());
  std::vector<std::exception_ptr> problems(methods.size());
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < methods.size(); ++i) {
    threads.emplace_back([&, i] {
      try {
        played[i] = play_method(methods[i], stage, stop);
      } catch (...) {
        problems[i] = std::current_exception();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::exception_ptr& problem : problems) {
    if (problem) std::rethrow_exception(problem);
  }
  return played;
}

}  // namespace branchline::lab
