#pragma once

#include <ATen/core/Tensor.h>

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>

#include "framework/base/clock.h"
#include "framework/graph/unit.h"
#include "framework/slice/slice.h"
#include "transport/tensor_codec.h"

namespace branchline::runtime {

/// The values of one request that exist on the device.
using FeatureMaps = std::map<graph::ValueId, at::Tensor>;

/// Runs slices on the calling thread. With a slowdown f it emulates a device f times slower: after
/// each piece of work it sleeps (f - 1) times what the work took of this thread's processor time,
/// so that being preempted by others on a shared machine is not multiplied too. Virtual, so that a
/// simulation can let its own time pass instead.
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
  Duration run(const std::function<void()>& work);

  const double slowdown_;
  std::mutex mutex_;  // guards stopped_
  std::condition_variable stopping_;
  bool stopped_ = false;
};

}  // namespace branchline::runtime
