#include "apps/lab/sweep/stream_measurement.h"

#include <algorithm>

#include "apps/lab/sweep/stop_point.h"

namespace branchline::lab {
namespace {

/// At a steady pace, however long it takes.
constexpr std::size_t kLeastSteady = 4;

MeasurementLog::Key streamed(MeasurementLog::Key plan) {
  plan.plan += " streamed";
  return plan;
}

std::size_t frames_in_flight(const MeasurementLog::Key& plan) {
  return plan.link.empty() ? 1 : kFramesInFlight;
}

/// The frames that fill the pipeline and those that drain it come on top of those counted.
StreamLimits limits_of(const Experiment& experiment, const MeasurementLog::Key& plan) {
  const std::size_t in_flight = frames_in_flight(plan);
  return {static_cast<std::size_t>(experiment.stream_frames) + 2 * in_flight, in_flight,
          kLeastSteady + 2 * in_flight, experiment.plan_limit, experiment.sample_limit};
}

}  // namespace

bool stream_missing(const Experiment& experiment, const MeasurementLog& log,
                    const MeasurementLog::Key& plan) {
  return experiment.stream_frames > 0 && log.of(streamed(plan)).empty();
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
