#pragma once

#include <string>

#include "apps/lab/stop_flag.h"
#include "apps/lab/sweep/experiment.h"
#include "apps/lab/sweep/measurement_log.h"
#include "apps/lab/sweep/plan_runner.h"
#include "apps/lab/sweep/result_row.h"

namespace branchline::lab {

/// Frames of a stream under way at once: one each for the device, the link and the edge, and one
/// that waits, so that none of them rests. A plan that sends nothing has one.
inline constexpr std::size_t kFramesInFlight = 4;

/// A plan of a sweep, whose single runs have this key.
/// @param longest_stage  as predicted; where it would keep the link full for so long that the
/// transport takes it for dead, there is no stream
/// @returns whether the experiment wants its stream, and the log does not have it
bool stream_missing(const Experiment& experiment, const MeasurementLog& log,
                    const MeasurementLog::Key& plan, Duration longest_stage);

/// What measuring it will take. @param longest_stage  as predicted
Duration stream_length(const Experiment& experiment, const MeasurementLog::Key& plan,
                       Duration longest_stage);

/// Plays the plan that the runner prepared last as a stream, and logs its frames when it is over;
/// none when the connection did not hold.
/// @param model  its name, for people
/// @throws Stopped, and then nothing is logged
void measure_stream(const Experiment& experiment, const std::string& model,
                    const MeasurementLog::Key& plan, PlanRunner& runner, const StopFlag& stop,
                    MeasurementLog& log);

/// Fills the row's stream from what the log has of its plan.
void add_stream(const MeasurementLog& log, const MeasurementLog::Key& plan, ResultRow& row);

}  // namespace branchline::lab
