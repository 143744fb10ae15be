#pragma once

#include <optional>
#include <string>
#include <vector>

#include "branchline/request.h"
#include "framework/planner/plan.h"
#include "framework/runtime/exit_ladder.h"
#include "transport/message.h"

namespace branchline::runtime {

/// What of a plan runs on the edge.
struct RemotePart {
  transport::RemotePlan plan;            ///< as the wire carries it
  std::vector<graph::ValueId> sent;      ///< values that cross to the edge
  std::vector<graph::ValueId> returned;  ///< values that come back: logits or what the tail reads
  UnitRanges units;
};

/// A planner's plan worked out for this device: a front of steps, perhaps an excursion to the edge,
/// perhaps a tail of steps. A value; it names slices and holds none.
struct RunnablePlan {
  int exit = 0;  ///< index from 0
  Place place = Place::device;
  std::vector<planner::PlanStage> stages;
  std::vector<DeviceStep> front;
  std::optional<RemotePart> remote;
  std::vector<DeviceStep> tail;  ///< empty when the logits come from the edge
  ExitLadder ladder;             ///< every exit from where the front has run; for device-only plans
                                 ///< the front is empty and the ladder is the plan
  std::string key;               ///< equal for plans that do the same
};

/// @param graph   with times for device and edge
/// @param digest  network digest
/// @returns nullopt when the placement is more than device, edge, device in a row: this engine
/// sends
///          a request to the edge once at most.
std::optional<RunnablePlan> runnable_plan(const graph::LayerGraph& graph, const std::string& digest,
                                          const planner::Plan& plan, StepTimes& times);

/// Every exit on the device alone, or with all units but the input on the edge.
planner::Plan all_on(const graph::LayerGraph& graph, int exit, Tier tier);

}  // namespace branchline::runtime
