#pragma once

#include <functional>
#include <map>

#include "apps/lab/experiments/traces/trace_setting.h"
#include "framework/runtime/device_runner.h"

namespace branchline::lab {

/// Zeros of a value's type and shape.
at::Tensor blank_value(const graph::LayerGraph& graph, graph::ValueId value);

/// A device that computes nothing: values are zeros, and what the work takes passes in virtual
/// time.
class VirtualDevice final : public runtime::DeviceRunner {
 public:
  /// Lets time pass, and whatever happens meanwhile happen.
  using Pass = std::function<void(Duration)>;

  /// @param setting  borrowed
  VirtualDevice(const TraceSetting& setting, Pass pass);

  /// From now on. @param stretch  as FrameSpeed
  void set_stretch(double stretch) { stretch_ = stretch; }

  Duration run(const slice::Slice& slice, runtime::FeatureMaps& maps) override;
  Duration encode(graph::ValueId value, transport::Codec codec,
                  const std::function<void()>& work) override;

 private:
  Duration pass(Duration time);

  const TraceSetting& setting_;
  const Pass pass_;
  double stretch_ = 1;
  std::map<graph::ValueId, at::Tensor> blanks_;
};

}  // namespace branchline::lab
