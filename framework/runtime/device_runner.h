#pragma once

#include <ATen/core/Tensor.h>

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "framework/base/clock.h"
#include "framework/graph/unit.h"
#include "framework/runtime/slowdown.h"
#include "framework/slice/slice.h"
#include "transport/tensor_codec.h"

namespace branchline::runtime {

/// The values of one request that exist on the device.
using FeatureMaps = std::map<graph::ValueId, at::Tensor>;

/// Runs slices on the calling thread. With a slowdown it emulates a slower device: after each piece
/// of work it sleeps. Of a slice's first sleep it takes the time for runs of it in a row, by which
/// it knows what the slice takes this machine. Virtual, so that a simulation can let its own time
/// pass.
class DeviceRunner {
 public:
  explicit DeviceRunner(double slowdown);
  virtual ~DeviceRunner() = default;

  /// Takes the slice's inputs from `maps` and puts its outputs there.
  /// @returns how long it took, sleep included. @throws RunError
  virtual Duration run(const slice::Slice& slice, FeatureMaps& maps);

  /// The work of encoding a value through a codec. @returns as run
  virtual Duration encode(graph::ValueId value, transport::Codec codec,
                          const std::function<void()>& work);

  /// Ends a sleep under way and all later ones.
  void stop();

 private:
  /// Runs a slice in a row until it is known what it takes, or until it is to have ended.
  /// @returns how long the run is to take that began then
  Duration length_of(const slice::Slice& slice, const std::vector<at::Tensor>& inputs,
                     TimePoint begun, Duration busy);
  void sleep_until(TimePoint end);

  std::mutex mutex_;  // guards slowdown_, stopped_
  Slowdown slowdown_;
  std::condition_variable stopping_;
  bool stopped_ = false;
};

}  // namespace branchline::runtime
