#pragma once

#include "framework/runtime/bell.h"
#include "framework/runtime/device_runner.h"
#include "framework/runtime/exit_confidence.h"
#include "framework/runtime/replanner.h"

namespace branchline::runtime {

/// What the requests of an engine share; borrowed.
struct RunContext {
  const graph::LayerGraph& graph;
  Replanner& replanner;
  PlanShelf& shelf;
  LinkMonitor& link;
  WireCosts& wire;
  DeviceRunner& runner;
  const TimeSource& time;
  Bell& bell;                      ///< rung when a run that waits can go on
  bool hedge = false;              ///< Options::hedge
  ExitConfidence confidence = {};  ///< sure of nothing unless Options::leave_early
};

}  // namespace branchline::runtime
