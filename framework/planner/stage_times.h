#pragma once

#include "framework/planner/plan.h"
#include "framework/planner/plan_request.h"

namespace branchline::planner {

/// How long a frame occupies each tier and each direction of each link. In a stream all of them
/// work on different frames at once, so that the longest one sets the frame rate: 1 / longest.
/// Round trips and the edge's queue are not in it: they delay a frame but occupy nothing.
struct StageTimes {
  Nanoseconds device{0}, uplink{0}, edge{0}, downlink{0};
  Nanoseconds uplink2{0}, cloud{0}, downlink2{0};

  Nanoseconds longest() const;
  /// Infinite when nothing takes any time.
  double frames_per_s() const;
  friend bool operator==(const StageTimes&, const StageTimes&) = default;
};

/// @param plan  priced for `request`, which has no direct device–cloud link
StageTimes stage_times(const PlanRequest& request, const Plan& plan);

}  // namespace branchline::planner
