#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "framework/planner/plan.h"
#include "framework/planner/plan_request.h"

namespace branchline::planner {

/// Says when a measured weight (a unit's time, a link's goodput) is no longer the one planned with:
/// when `samples` measurements in a row lie more than `tolerance` of it away, on the same side.
class ChangeTrigger {
 public:
  /// @param planned  > 0, in the unit of the samples
  explicit ChangeTrigger(double planned, double tolerance = 0.2, int samples = 3)
      : planned_(planned), tolerance_(tolerance), samples_(samples) {}

  /// @returns whether this sample and those before it make a change.
  bool add(double measured);

 private:
  double planned_, tolerance_;
  int samples_;
  int outside_ = 0;  ///< in a row; negative: below
};

/// What differs from the weights that the plan in force was made with.
struct WeightChanges {
  std::vector<std::int32_t> units;  ///< whose time on some tier changed
  bool links = false;               ///< a goodput, a round trip or the queue changed
};

/// Units and links whose weights differ by more than `tolerance` of the old one. Both requests have
/// the same units. O(n).
WeightChanges changes_between(const PlanRequest& before, const PlanRequest& now, double tolerance);

/// Under which terms a plan is replaced.
struct SwitchTerms {
  /// How many blocks on each side of where the plan changes tiers may be re-decided; nullopt: all.
  std::optional<int> window_blocks = 2;
  Nanoseconds warm_up{0};     ///< of the slices of the new plan
  std::int64_t frames = 100;  ///< that the new plan is expected to serve
  /// By unit id: the tier that a unit moves to has its weights already. Empty: all have all.
  std::vector<bool> resident;
};

/// What partial re-partition found.
struct Repartition {
  Plan plan;                          ///< the best found, under the new weights
  std::optional<Nanoseconds> before;  ///< the plan in force under the new weights, if it still runs
  Nanoseconds switching{0};           ///< missing weights over the uplinks, and the warm-up
  bool apply = false;  ///< the gain over all frames exceeds `switching`, or the old plan cannot run
  std::int32_t solved_units = 0;  ///< re-decided, with the two cut vertices around them
};

/// Re-decides the part of a plan that changed weights can have touched, and nothing else.
///
/// The part H is the blocks (between adjacent cut vertices) from where the plan changes tiers to
/// the furthest changed unit, clipped to the window; a changed link re-prices every cut, so then H
/// is the whole window. All other units keep their tiers; H is solved exactly, on two or three
/// tiers. The result costs no more than the plan in force, no less than the optimum, and is the
/// optimum when H is everything.
/// @param in_force  a plan for the same exit in which no data flows back, made with other weights
/// @returns nullopt when neither the plan in force nor any change of H can run: plan anew.
/// O(n + m) to find the blocks, one min-cut of H. Stateless.
/// Zhang et al., D3, arXiv 2101.05952, has a partial adjustment at run time whose text could not be
/// read: this is a re-design.
std::optional<Repartition> repartition(const PlanRequest& now, const Plan& in_force,
                                       const WeightChanges& changes, const SwitchTerms& terms);

}  // namespace branchline::planner
