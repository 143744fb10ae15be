#include "apps/lab/sweep/stream_measurement.h"

#include <algorithm>

#include "apps/lab/sweep/stop_point.h"

namespace branchline::lab {
namespace {

/// At a steady pace, however long it takes.
constexpr std::size_t kLeastSteady = 4;
/// A connection whose peer takes in less than it is sent for 10 s is given up
/// (tcp_channel_opening).
constexpr Duration kLongestFullLink = std::chrono::seconds(8);

MeasurementLog::Key streamed(MeasurementLog::Key plan) {
  plan.plan += " streamed";
  return plan;
}

std::size_t frames_in_flight(const MeasurementLog::Key& plan) {
  return plan.link.empty() ? 1 : kFramesInFlight;
}

/// The frames that fill the pipeline come on top of those counted.
StreamLimits limits_of(const Experiment& experiment, const MeasurementLog::Key& plan) {
  const std::size_t in_flight = frames_in_flight(plan);
  const Duration length =
      plan.link.empty() ? experiment.plan_limit : std::min(experiment.plan_limit, kLongestFullLink);
  return {static_cast<std::size_t>(experiment.stream_frames) + in_flight, in_flight,
          kLeastSteady + in_flight, length, experiment.sample_limit};
}

}  // namespace

bool stream_missing(const Experiment& experiment, const MeasurementLog& log,
                    const MeasurementLog::Key& plan, Duration longest_stage) {
  const auto least = static_cast<Duration::rep>(limits_of(experiment, plan).least);
  const bool too_long = !plan.link.empty() && least * longest_stage > kLongestFullLink;
  return experiment.stream_frames > 0 && !too_long && log.of(streamed(plan)).empty();
}

Duration stream_length(const Experiment& experiment, const MeasurementLog::Key& plan,
                       Duration longest_stage) {
  const StreamLimits limits = limits_of(experiment, plan);
  const auto of = [&](std::size_t frames) {
    return static_cast<Duration::rep>(frames) * longest_stage;
  };
  return std::max(std::min(of(limits.frames), limits.length), of(limits.least));
}

void measure_stream(const Experiment& experiment, const std::string& model,
                    const MeasurementLog::Key& plan, PlanRunner& runner, const StopFlag& stop,
                    MeasurementLog& log) {
  const auto frames = runner.stream(limits_of(experiment, plan), [&stop] { return stop.raised(); });
  stop_point(stop);
  log.add(model, streamed(plan), frames);
}

void add_stream(const MeasurementLog& log, const MeasurementLog::Key& plan, ResultRow& row) {
  row.stream = score_stream(log.of(streamed(plan)), frames_in_flight(plan));
}

}  // namespace branchline::lab
