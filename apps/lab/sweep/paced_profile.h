#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>

#include "apps/lab/stop_flag.h"
#include "framework/model/model.h"
#include "framework/profile/unit_timer.h"
#include "framework/runtime/slice_paces.h"

namespace branchline::lab {

/// A network on this machine as a device to be slowed. Borrows cache and flag; every measurement
/// of it throws Stopped (stop_point.h) soon after the flag is raised.
struct PacedDevice {
  std::shared_ptr<const model::Model> model;
  at::Tensor picture;  ///< as unit 0 puts it out
  slice::SliceCache& cache;
  const StopFlag& stop;
  std::shared_ptr<runtime::SlicePaces> paces;  ///< of the slowed device
};

/// How slow a device is to be.
struct WantedDevice {
  double slowdown = 1;       ///< 0: by deepest_exit
  Duration deepest_exit{0};  ///< what the deepest exit is to take; never faster than this machine
};

/// How many times longer the deepest exit really takes on a device slowed by `factor`, pauses
/// between its runs included.
double measured_slowdown(const PacedDevice& device, double factor);

/// What the network takes on the slowed device and on the edge. TierProfile::slowdown tells the
/// device's. Units' times are stretched to what plans' fronts up to each cut vertex, and the heads
/// behind them, took on the slowed device, in slices as plans run them.
/// @param edge  runs slices on the edge; its machine is this one
profile::Profile measured_profile(const PacedDevice& device, const WantedDevice& wanted,
                                  const profile::RunSlice& edge);

}  // namespace branchline::lab
