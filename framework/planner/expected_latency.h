#pragma once

#include <optional>
#include <vector>

#include "framework/planner/plan_request.h"

namespace branchline::planner {

/// Where the units of a whole multi-exit network stand when each sample leaves at the first exit
/// that is sure of its answer.
struct EarlyExitPlan {
  std::vector<std::optional<Tier>> tier;  ///< by unit id; nullopt: no exit needs it
  std::vector<CrossingCodec> codecs;      ///< as in Plan
  std::vector<Nanoseconds> by_exit;       ///< latency of a sample that leaves at each exit
  Nanoseconds expected{0};                ///< their mean, weighted by how many leave there
  double remote_share = 0;                ///< samples of which anything leaves the device
};

/// Least expected latency over all placements of all exits' units, heads included, on two or three
/// tiers: one min-cut, exact.
///
/// The run: trunk and head up to exit 1, then, if that is not sure enough, on to exit 2, and so on.
/// A unit belongs to the first exit that needs it and runs for the share of samples that get there.
/// Data and decisions never come back towards the device but for the result: what runs behind an
/// exit stands no nearer to the device than that exit. So the exits on the device decide whether
/// anything is sent at all; when it is, all that crosses the cut is sent at once, as the run time
/// does. A remote exit that answers returns its result; a sample pays each hop's round trip (and
/// the edge's queue) exactly when a unit of it runs beyond.
///
/// algorithms.md 6.4 with three refinements that keep the cut exact: a value is charged for the
/// samples that are handed over, not for those that compute it; the round trip, there approximate,
/// is exact because "anything of this sample is remote" is "the exit where it leaves is remote";
/// three tiers.
///
/// @param request  exit, deadline and caps do not count; result_bytes holds for every exit
/// @param reach    by exit: share of the samples not finished before it (from calibration:
///                 branchy_models/entropy_thresholds.h); the first is 1, none above the one before
/// @returns of equals the one with the fewest remote units; nullopt if no placement can run.
/// @throws InputError for shares that are none, or an exit that needs no unit of its own: it would
/// be reached together with an earlier one. Cost as exact2 and exact3 times the number of exits a
/// value passes.
std::optional<EarlyExitPlan> least_expected_latency(const PlanRequest& request,
                                                    const std::vector<double>& reach);

}  // namespace branchline::planner
