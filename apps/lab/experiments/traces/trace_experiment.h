#pragma once

#include <map>
#include <string>
#include <vector>

#include "apps/lab/experiments/traces/trace_case.h"
#include "apps/lab/experiments/traces/trace_score.h"
#include "apps/lab/experiments/traces/trace_setting.h"
#include "framework/slice/slice_cache.h"

namespace branchline::lab {

/// One network on one trace: Branchline first, then the baselines, the oracle last.
struct TraceRows {
  std::string network, trace;
  double slowdown = 1;
  Duration deadline{0}, period{0};
  std::vector<TraceScore> scores;
  std::map<std::string, double> reasons;  ///< Branchline's, by Result::why; shares of frames
  std::vector<double> exits;              ///< of Branchline's answers in time; [0] is exit 1
};

/// How often a method was right in time when it was played for real, beside the simulation of the
/// same frames.
struct LiveRow {
  std::string network, trace, method;
  double simulated_hits = 0, live_hits = 0;
  double simulated_right = 0, live_right = 0;
};

/// In virtual time. @param cache  for this network; shared between traces it saves compiling
std::vector<TracePlay> simulate_trace(const TraceSetting& setting, const TraceCase& trace,
                                      slice::SliceCache& cache);

TraceRows score_trace(const TraceSetting& setting, const TraceCase& trace,
                      const std::vector<TracePlay>& plays);

/// What the targets ask: no baseline's interval lies above Branchline, and the oracle is right in
/// time on at most `kOracleLead` more of the frames. @returns sentences about what fails.
inline constexpr double kOracleLead = 0.03;
std::vector<std::string> missed_targets(const TraceRows& rows);

/// For people; for programs, a line a method and "branchline.traces_experiment/1".
std::string trace_table(const TraceRows& rows);
std::string live_table(const std::vector<LiveRow>& rows);
std::string traces_csv(const std::vector<TraceRows>& rows);
/// A line a frame of Branchline, with what the link passed meanwhile and how Edgent answered the
/// frame; a header goes first. @param plays  all of the trace, Branchline's first
std::string trace_frames_csv(const TraceSetting& setting, const TraceCase& trace,
                             const std::vector<TracePlay>& plays, bool header);
std::string traces_json(const std::vector<TraceRows>& rows, const std::vector<LiveRow>& live);

}  // namespace branchline::lab
