#pragma once

#include <string>
#include <vector>

#include "framework/planner/bandwidth_envelope.h"
#include "framework/planner/plan_map.h"

namespace branchline::planner {

/// Both maps of one exit.
struct ExitMaps {
  PlanMap map;
  BandwidthEnvelope envelope;
};

/// Both maps of `exit` (from 0, checked).
ExitMaps maps_of_exit(const PlanRequest& request, int exit);

/// The answer of `branchline plan --map --json`, schema "branchline.planmap/1" (docs/schemas.md).
/// Exits count from 1.
std::string to_json(const std::vector<ExitMaps>& exits, Nanoseconds solver_time);

}  // namespace branchline::planner
