#pragma once

#include "framework/planner/plan_request.h"

namespace branchline::planner {

/// How long each part of the pipeline is busy with one frame of a stream. Round trips and the
/// edge's queue delay a frame, but keep nothing busy.
struct StageTimes {
  Nanoseconds device{0}, uplink{0}, edge{0}, downlink{0};
  Nanoseconds uplink2{0}, cloud{0}, downlink2{0};

  /// The stage that the others wait for: a frame can come every so often.
  Nanoseconds longest() const;
  /// Infinite when no stage takes any time.
  double frames_per_s() const;

  friend bool operator==(const StageTimes&, const StageTimes&) = default;
};

/// @param plan  of this request, priced by price_plan (plan_cost.h)
StageTimes stage_times(const PlanRequest& request, const Plan& plan);

}  // namespace branchline::planner
