#pragma once

#include <memory>

#include "framework/planner/planner.h"

namespace branchline::planner {

/// "pipeline": cut and schedule together, for the least overlapped time.
///
/// An upload that hides behind compute costs less than its time, so the exact cut is solved with
/// the uploads at 1, 1/2, 1/4 and none of their time, and each cut is scheduled as pipeline-dag
/// does it. From each, single units are moved over the cut (with all that must go along) while the
/// overlapped time falls. Never above pipeline-dag's time, whose cut is one of those. A heuristic:
/// on graphs of 4 to 9 units, most made to need several uploads, it finds the best cut and order in
/// 82 %, 1.4 % above it on average; pipeline-dag in 60 %, 5.7 % above. Two or three tiers. No plan
/// where exact3 has none. Four min-cuts and up to some hundred simulations: 20 ms at 100 units,
/// up to a second or two at 1000. Stateless. Ours: Duan and Wu schedule a given cut, DADS cuts
/// without overlap.
std::unique_ptr<Planner> make_pipeline();

}  // namespace branchline::planner
