#pragma once

#include <memory>
#include <vector>

#include "framework/graph/layer_graph.h"
#include "framework/runtime/step_time.h"
#include "framework/slice/slice.h"

namespace branchline::runtime {

/// One slice that the device runs: as much as it computes before it looks at the clock again.
struct DeviceStep {
  slice::SliceSpec spec;
  std::vector<graph::ValueId> inputs;
  int exit = -1;  ///< index of the exit whose logits it puts out; -1: none
  std::shared_ptr<StepTime> time;
};

/// How the device gets from what it has to each exit: trunk pieces that end where an exit branches
/// off, and the exits' heads. A value.
///
///     trunk 1 ─► trunk 2 ─► trunk 3 …
///        └ head 1   └ head 2   └ head 3
struct ExitLadder {
  std::vector<DeviceStep> steps;                ///< no two run the same units
  std::vector<std::vector<std::size_t>> rungs;  ///< by exit: the steps that lead to it, in order
};

/// The units on `mask` as slices that end at the exit points they pass, up to exit number `exit`
/// (from 0), in the order they run. Every slice hands out whatever any unit outside of it reads, so
/// that any slice can follow. Unit 0 is in no slice.
std::vector<DeviceStep> steps_of(const graph::LayerGraph& graph, const std::vector<bool>& mask,
                                 int exit, StepTimes& times);

/// The ladder of every exit from where the units of `done` have run.
ExitLadder exit_ladder(const graph::LayerGraph& graph, const std::vector<bool>& done,
                       StepTimes& times);

}  // namespace branchline::runtime
