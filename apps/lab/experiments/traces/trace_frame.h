#pragma once

#include <optional>
#include <string>
#include <vector>

#include "apps/lab/experiments/traces/picture_answers.h"
#include "branchline/result.h"

namespace branchline::lab {

/// What became of one frame.
struct TraceFrame {
  bool in_time = false;
  bool right = false;  ///< and in time
  int exit = -1;       ///< index from 0 of the answer in time; -1: none
  Place place = Place::device;
  Crossing crossing;
  Duration latency{0};  ///< of an answer, in time or not; 0: it never came
  int planned_exit = -1;
  Place planned_place = Place::device;
  Why why = Why::planned;  ///< Branchline's reason, prediction and view of the link:
  Duration predicted{0};
  bool link_up = false;
  double estimated_bytes_per_s = 0;
};

/// What one method made of a trace.
struct TracePlay {
  std::string method;
  std::vector<TraceFrame> frames;
};

}  // namespace branchline::lab
