#pragma once

#include <string>
#include <vector>

#include "apps/lab/experiments/traces/trace_experiment.h"
#include "apps/lab/stop_flag.h"
#include "branchy_models/labelled_images.h"

namespace branchline::lab {

/// The first `length` of a trace with the real engine, branchlined as a process and the link
/// emulator in between, on this machine: Branchline by itself, then, all at once and with a link
/// each, the baselines that an engine can be forced to be. Beside them what the simulation says of
/// the same frames.
/// @param images     the setting's
/// @param simulated  of the same setting and trace
/// @param log_file   of branchlined
/// @throws InputError when there is no branchlined, RunError when it does not start
std::vector<LiveRow> play_trace_live(const TraceSetting& setting, const TraceCase& trace,
                                     Duration length, const branchy_models::LabelledImages& images,
                                     const std::vector<TracePlay>& simulated,
                                     const std::string& log_file, const StopFlag& stop);

}  // namespace branchline::lab
