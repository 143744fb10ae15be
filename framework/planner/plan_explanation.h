#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "framework/planner/planner.h"

namespace branchline::planner {

/// What a plan's time is spent on.
enum class Bottleneck : std::uint8_t { device, link, edge, link2, cloud, direct_link };

/// The largest part of the breakdown; of equals the first in the enum's order.
struct DominantPart {
  Bottleneck part = Bottleneck::device;
  double share = 0;  ///< of the predicted time, 0..1; 0 when that is zero
};
DominantPart dominant_part(const Plan& plan);

/// What could change in the surroundings of a request.
enum class Knob : std::uint8_t { goodput, round_trip, device_speed, edge_speed };

/// The smallest change of one knob that reaches a goal: goodputs and speeds times `factor`, round
/// trips divided by it.
struct HelpfulChange {
  Knob knob = Knob::goodput;
  double factor = 1;  ///< > 1, rounded up to two decimals
  Plan plan;          ///< what is planned then
};

/// What to get out of a change.
struct PlanGoal {
  int exit = 0;           ///< this exit or a deeper one …
  Nanoseconds within{0};  ///< … no later than this
};

/// The goal next to what `plan` achieves. With a deadline: the next deeper exit by then, or any
/// exit if `plan` misses it; nullopt when the deepest one is in time already. Without: the same
/// exit in nine tenths of the time.
std::optional<PlanGoal> next_goal(const PlanRequest& request, const Plan& plan);

/// The changes, one a knob, that make `planner` reach the goal, smallest factor first. A knob that
/// does not reach it even by a factor of 1000 is left out. Asks the planner some twenty times a
/// knob. @throws what Planner::plan throws.
std::vector<HelpfulChange> changes_that_help(const Planner& planner, const PlanRequest& request,
                                             const PlanGoal& goal);

}  // namespace branchline::planner
