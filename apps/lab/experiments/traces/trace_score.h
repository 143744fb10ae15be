#pragma once

#include <string>
#include <vector>

#include "apps/lab/experiments/traces/trace_frame.h"

namespace branchline::lab {

/// A figure with its 95 % interval.
struct Interval {
  double value = 0, low = 0, high = 0;

  friend bool operator==(const Interval&, const Interval&) = default;
};

/// How one method did on one trace. Shares 0..1.
struct TraceScore {
  std::string method;
  std::size_t frames = 0;
  Interval hit_rate;         ///< answers by the deadline, of all frames
  Interval accuracy;         ///< right ones, of the answers by the deadline
  Interval right_in_time;    ///< hit rate x accuracy: of all frames
  Interval over_reference;   ///< right_in_time less the reference's, paired over frames
  std::size_t switches = 0;  ///< frames planned for another exit or place than the one before
  Duration worst{0};         ///< latency of an answer, in time or not
  double unanswered = 0;     ///< of all frames: no answer ever came
  double on_device = 0, split = 0, on_edge = 0;  ///< of all frames, answered in time there
};

/// Percentile bootstrap over blocks of `block` frames in a row (neighbours meet the same link, so
/// that single frames say less than their number), 2000 replicates, the same resamples for every
/// method. Künsch, "The jackknife and the bootstrap for general stationary observations", 1989.
/// @param plays  as many frames each, at least one; the first one is the reference
std::vector<TraceScore> score_plays(const std::vector<TracePlay>& plays, std::size_t block);

}  // namespace branchline::lab
