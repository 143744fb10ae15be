#include "apps/lab/experiments/traces/trace_experiment.h"

#include <algorithm>
#include <cmath>

#include "apps/lab/experiments/traces/trace_methods.h"
#include "apps/lab/experiments/traces/virtual_engine.h"

namespace branchline::lab {
namespace {

constexpr std::uint64_t kSpeedSeed = 1;
constexpr Duration kBlock = std::chrono::seconds(2);

}  // namespace

std::vector<TracePlay> simulate_trace(const TraceSetting& setting, const TraceCase& trace,
                                      slice::SliceCache& cache) {
  const auto frames = static_cast<std::size_t>(trace.length / setting.period);
  const std::vector<FrameSpeed> speeds = frame_speeds(setting.whole, frames, kSpeedSeed);
  std::vector<TracePlay> plays;
  VirtualEngine engine(setting, trace, cache);
  plays.push_back({"branchline", engine.play(speeds)});
  for (TracePlay& play : play_baselines(setting, trace, speeds)) plays.push_back(std::move(play));
  plays.push_back(play_oracle(setting, trace, speeds));
  return plays;
}

TraceRows score_trace(const TraceSetting& setting, const TraceCase& trace,
                      const std::vector<TracePlay>& plays) {
  const auto block = static_cast<std::size_t>(std::max<Duration::rep>(1, kBlock / setting.period));
  TraceRows rows{setting.network,
                 trace.name,
                 setting.slowdown,
                 setting.deadline,
                 setting.period,
                 score_plays(plays, block),
                 {},
                 std::vector<double>(static_cast<std::size_t>(setting.graph.exit_count()))};
  const std::vector<TraceFrame>& ours = plays.front().frames;
  for (const TraceFrame& frame : ours) {
    const double share = 1 / static_cast<double>(ours.size());
    rows.reasons[name_of(frame.why)] += share;
    if (frame.in_time) rows.exits[static_cast<std::size_t>(frame.exit)] += share;
  }
  return rows;
}

std::vector<std::string> missed_targets(const TraceRows& rows) {
  std::vector<std::string> missed;
  for (std::size_t i = 1; i < rows.scores.size(); ++i) {
    const TraceScore& score = rows.scores[i];
    const bool oracle = i + 1 == rows.scores.size();
    const std::string where = " on " + rows.trace + " with " + rows.network;
    if (!oracle && score.over_reference.low > 0)
      missed.push_back(score.method + " is better" + where);
    if (oracle && score.over_reference.value > kOracleLead) {
      missed.push_back("the oracle is more than 3 points better" + where);
    }
  }
  return missed;
}

}  // namespace branchline::lab
