#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "apps/branchline/verbs/experiment_codecs.h"

namespace CLI {
class App;
}

namespace branchline::apps {

/// What `branchline experiment traces` is told beside models, pictures and output (CodecFlags).
struct TraceFlags {
  std::vector<std::string> traces;  ///< files or folders of them
  std::string profile, cache;
  double rate_hz = 6, slowdown = 0;
  std::chrono::nanoseconds deadline{0};  ///< 0: 150 ms
  std::chrono::nanoseconds delay{10000000};
  std::chrono::nanoseconds real{0};  ///< 0: simulate only
  bool require = false;
};

void add_trace_flags(CLI::App& command, TraceFlags& flags);

/// Prints the tables; with -o writes traces.csv, traces.json, traces.txt, and
/// frames.csv: every frame of Branchline.
/// @param configuration  of the run, written beside the results
/// @returns kGoalNotMet when targets are required and missed
/// @throws InputError naming the flag, model, folder or trace.
int run_traces(const TraceFlags& flags, const CodecFlags& common, const std::string& configuration);

}  // namespace branchline::apps
