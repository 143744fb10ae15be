#pragma once

#include <cstdint>
#include <vector>

#include "framework/planner/plan_request.h"
#include "framework/planner/schedule/upload_job.h"

namespace branchline::planner {

/// How the device's part of a plan is put in order. Where the part has not the structure, its units
/// run in id order.
enum class Scheduler : std::uint8_t {
  paths,  ///< schedule/path_order.h: independent paths, each in one go
  tree,   ///< schedule/composite_order.h on out-trees and in-trees
  dag,    ///< the same on series-parallel parts, schedule/lookahead_order.h on all
};

/// The device's part of a plan as jobs: what a unit sends to another tier is its upload.
struct DeviceJobs {
  std::vector<std::int32_t> units;  ///< ids, by job
  std::vector<schedule::UploadJob> jobs;
};

DeviceJobs device_jobs(const PlanRequest& request, const Plan& plan);

/// The plan with Plan::order, overlapped: its predicted time is what simulate says of that order.
/// Of the scheduler's orders and id order the one whose answer comes first, so that the prediction
/// is never above that of the plan as priced.
///
/// The schedulers minimise the end of the last upload; what follows it (tail of the remote tiers)
/// only the simulation sees.
/// @param plan  priced for `request`; no data flows back but the result
/// O(n log n + m), or the scheduler's cost. Stateless.
Plan scheduled(const PlanRequest& request, Plan plan, Scheduler scheduler);

}  // namespace branchline::planner
