#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "framework/planner/plan_request.h"

namespace branchline::planner {

/// What a user calls plans that are looked up in plan maps, where a planner can be named too.
inline constexpr const char* kPlanMapName = "plan-map";

/// One plan of a map: where the units stand, how what crosses is sent, and what that uses, at the
/// profile's own speeds.
struct MapPlan {
  std::vector<std::optional<Tier>> tier;  ///< by unit id, as in Plan
  Nanoseconds device_time{0}, edge_time{0};
  std::int64_t uplink_bytes = 0;
  bool remote = false;                ///< anything leaves the device
  std::vector<CrossingCodec> codecs;  ///< as in Plan
  double accuracy_loss = 0;

  friend bool operator==(const MapPlan&, const MapPlan&) = default;
};

/// What may differ at every request.
struct MapConditions {
  LinkSpeed link;
  double device_factor = 1, edge_factor = 1;  ///< times as measured now over those profiled, > 0
  Nanoseconds edge_queue{0};
};

/// What look_up finds.
struct MapChoice {
  std::size_t plan = 0;  ///< place in PlanMap::plans
  Nanoseconds predicted{0};
};

/// All plans of one exit on device and edge that are the fastest under some conditions: the extreme
/// points in (device time, edge time, bytes up), of which any latency is a linear function. A
/// value; look-ups are safe from any thread.
struct PlanMap {
  int exit = 0;
  std::int64_t result_bytes = 0;  ///< sent back when anything is remote
  std::vector<MapPlan> plans;     ///< ascending in bytes up; empty when no placement can run
  int min_cuts = 0;               ///< solved to build it

  /// What the plan takes under `conditions`; price_plan (plan_cost.h) without its rounding to whole
  /// nanoseconds per transfer.
  Nanoseconds latency(const MapPlan& plan, const MapConditions& conditions) const;

  /// The fastest of all plans of the exit, not only of those in the list; nullopt when the map is
  /// empty. O(plans), no allocation.
  std::optional<MapChoice> look_up(const MapConditions& conditions) const;
};

/// @param request  its graph (two tiers) and result_bytes count; link, deadline, queue and caps do
///                 not
/// @param exit     index from 0, checked
/// @throws InputError when the graph is not profiled for two tiers or the exit's times or bytes add
/// up to 2^40 or more (18 minutes, 1 TB). At most about three min-cuts a plan of the map;
/// milliseconds for the usual networks.
PlanMap plan_map(const PlanRequest& request, int exit);

}  // namespace branchline::planner
