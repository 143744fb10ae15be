#include "apps/lab/experiments/traces/trace_methods.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "apps/lab/experiments/traces/trace_baselines.h"

namespace branchline::lab {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint kTraceStart = TimePoint{} + std::chrono::hours(1);

Duration stretched(Duration time, double stretch) {
  return Duration(std::llround(stretch * static_cast<double>(time.count())));
}

/// The link and the client's own state over a trace.
class TraceClient {
 public:
  TraceClient(const TraceSetting& setting, const TraceCase& trace)
      : setting_(setting),
        up_(trace.link.uplink, kTraceStart),
        down_(trace.link.downlink, kTraceStart),
        delay_(trace.link.delay) {}

  TimePoint arrival(std::size_t frame) const {
    return kTraceStart + static_cast<std::int64_t>(frame) * setting_.period;
  }

  SeenLink seen(std::size_t frame) const {
    const TimePoint now = arrival(frame);
    // Before the trace the link was as at its beginning.
    return {up_.bytes_between(now - 1s, now), down_.bytes_between(now - 1s, now)};
  }

  /// What would become of a frame; changes nothing.
  struct Fate {
    std::optional<TimePoint> answered;
    TimePoint device_free, uplink_free;
  };
  Fate fate(const FramePlan& plan, std::size_t frame, const FrameSpeed& speed) const;

  void accept(const Fate& fate) {
    device_free_ = fate.device_free;
    uplink_free_ = fate.uplink_free;
  }

  TraceFrame record(const FramePlan& plan, std::size_t frame, const Fate& fate) const;

 private:
  const TraceSetting& setting_;
  const transport::RateSchedule up_, down_;
  const Duration delay_;
  TimePoint device_free_{}, uplink_free_{};
};

TraceClient::Fate TraceClient::fate(const FramePlan& plan, std::size_t frame,
                                    const FrameSpeed& speed) const {
  const TimePoint deadline = arrival(frame) + setting_.deadline;
  const TimePoint begun = std::max(arrival(frame), device_free_);
  Fate fate{std::nullopt, begun, uplink_free_};
  if (begun >= deadline) return fate;  // the next frame has its place
  const TimePoint computed = begun + stretched(plan.device, speed.device);
  fate.device_free = computed;
  if (plan.place == Place::device) {
    fate.answered = computed;
    return fate;
  }
  fate.device_free = std::max(computed, deadline);
  const TimePoint sent = std::max(computed, uplink_free_);
  if (sent >= deadline) return fate;
  const std::int64_t picture =
      plan.sends_jpeg ? setting_.jpeg_bytes[frame % setting_.jpeg_bytes.size()] : std::int64_t{0};
  const auto through = up_.through_at(static_cast<double>(plan.bytes_up + picture), sent);
  fate.uplink_free = through.value_or(TimePoint::max());
  if (!through) return fate;
  const TimePoint done = *through + delay_ + stretched(plan.edge, speed.edge);
  const auto down = down_.through_at(static_cast<double>(plan.bytes_down), done);
  if (!down) return fate;
  fate.answered = *down + delay_ + stretched(plan.tail, speed.device);
  fate.device_free = std::min(*fate.answered, fate.device_free);
  return fate;
}

TraceFrame TraceClient::record(const FramePlan& plan, std::size_t frame, const Fate& fate) const {
  TraceFrame made;
  made.place = made.planned_place = plan.place;
  made.planned_exit = plan.exit;
  if (!fate.answered) return made;
  made.latency = *fate.answered - arrival(frame);
  made.in_time = made.latency <= setting_.deadline;
  if (!made.in_time) return made;
  made.exit = plan.exit;
  made.crossing = plan.crossing;
  made.right =
      setting_.pictures.answers.right(plan.crossing, plan.exit, static_cast<std::int64_t>(frame));
  return made;
}

}  // namespace

TracePlay play_baseline(const std::string& method, const TraceSetting& setting,
                        const TraceCase& trace, const std::vector<FrameSpeed>& speeds,
                        const ChoosePlan& choose) {
  TracePlay play{method, {}};
  TraceClient client(setting, trace);
  for (std::size_t frame = 0; frame < speeds.size(); ++frame) {
    const FramePlan& plan = choose(client.seen(frame));
    const TraceClient::Fate fate = client.fate(plan, frame, speeds[frame]);
    client.accept(fate);
    play.frames.push_back(client.record(plan, frame, fate));
  }
  return play;
}

TracePlay play_oracle(const TraceSetting& setting, const TraceCase& trace,
                      const std::vector<FrameSpeed>& speeds) {
  std::vector<FramePlan> plans = all_frame_plans(setting);
  std::stable_sort(plans.begin(), plans.end(),
                   [](const FramePlan& a, const FramePlan& b) { return a.accuracy > b.accuracy; });
  TracePlay play{"oracle", {}};
  TraceClient client(setting, trace);
  for (std::size_t frame = 0; frame < speeds.size(); ++frame) {
    TraceFrame made;
    for (const FramePlan& plan : plans) {
      const TraceClient::Fate fate = client.fate(plan, frame, speeds[frame]);
      const TraceFrame would_be = client.record(plan, frame, fate);
      if (!would_be.in_time) continue;
      client.accept(fate);
      made = would_be;
      break;
    }
    play.frames.push_back(made);
  }
  return play;
}

std::vector<TracePlay> play_baselines(const TraceSetting& setting, const TraceCase& trace,
                                      const std::vector<FrameSpeed>& speeds) {
  std::vector<TracePlay> plays;
  for (const Baseline& baseline : fixed_baselines(setting)) {
    plays.push_back(play_baseline(baseline.name, setting, trace, speeds, baseline.choose));
  }
  TracePlay best_split;
  std::ptrdiff_t most = -1;
  for (const Baseline& split : fixed_splits(setting)) {
    TracePlay play = play_baseline(split.name, setting, trace, speeds, split.choose);
    const auto right = std::count_if(play.frames.begin(), play.frames.end(),
                                     [](const TraceFrame& frame) { return frame.right; });
    if (right > most) {
      most = right;
      best_split = std::move(play);
    }
  }
  if (most >= 0) plays.push_back(std::move(best_split));
  for (const Baseline& baseline : planning_baselines(setting, trace)) {
    plays.push_back(play_baseline(baseline.name, setting, trace, speeds, baseline.choose));
  }
  return plays;
}

}  // namespace branchline::lab
