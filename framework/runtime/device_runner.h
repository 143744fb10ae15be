#pragma once

#include <ATen/core/Tensor.h>

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "framework/base/clock.h"
#include "framework/graph/unit.h"
#include "framework/runtime/slice_paces.h"
#include "framework/runtime/slowdown.h"
#include "framework/slice/slice.h"
#include "transport/tensor_codec.h"

namespace branchline::runtime {

/// The values of one request that exist on the device.
using FeatureMaps = std::map<graph::ValueId, at::Tensor>;

/// Runs slices on the calling thread. With a slowdown it emulates a slower device: it sleeps after
/// a slice until that has taken the slow-down times its pace, and after other work as Slowdown
/// says. Of a slice's first sleeps it takes the time to learn the pace. Virtual, so that a
/// simulation can let its own time pass instead.
class DeviceRunner {
 public:
  /// @param paces  what slices take this machine; several runners may share them
  explicit DeviceRunner(double slowdown,
                        std::shared_ptr<SlicePaces> paces = std::make_shared<SlicePaces>());
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
  /// Learns the slice's pace, as far as the time of the run goes that began then.
  /// @param busy  what that run took of the processor
  /// @returns how long it is to take, sleep included
  Duration length_of(const slice::Slice& slice, const std::vector<at::Tensor>& inputs,
                     TimePoint begun, Duration busy);
  /// What the work takes of the processor; not looked at on a device that is not slowed.
  Duration busy_with(const std::function<void()>& work) const;
  bool slowed() const { return slowdown_.factor() > 1; }
  bool is_stopped();
  void sleep_until(TimePoint end);

  const std::shared_ptr<SlicePaces> paces_;
  std::mutex mutex_;  // guards slowdown_, stopped_
  Slowdown slowdown_;
  std::condition_variable stopping_;
  bool stopped_ = false;
};

}  // namespace branchline::runtime
