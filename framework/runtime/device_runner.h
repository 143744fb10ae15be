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
/// of work it sleeps. At the beginning of that it runs a slice again, the first time a few times,
/// to learn what the slice takes with warm caches. Virtual, so that a simulation can let its own
/// time pass instead.
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
  /// Learns meanwhile, as far as there is time.
  /// @returns how long the run is to take that began then and kept the processor busy so long
  Duration length_of(const slice::Slice& slice, const std::vector<at::Tensor>& inputs,
                     TimePoint begun, Duration busy);
  void sleep_until(TimePoint end);

  std::mutex mutex_;  // guards slowdown_, stopped_
  Slowdown slowdown_;
  std::condition_variable stopping_;
  bool stopped_ = false;
};

}  // namespace branchline::runtime
