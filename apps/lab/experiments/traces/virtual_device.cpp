#include "apps/lab/experiments/traces/virtual_device.h"

#include <cmath>
#include <memory>
#include <utility>

#include "framework/model/tensor_bridge.h"

namespace branchline::lab {

at::Tensor blank_value(const graph::LayerGraph& graph, graph::ValueId value) {
  const graph::TensorSpec& spec = graph.units.at(static_cast<std::size_t>(value.unit))
                                      .outputs.at(static_cast<std::size_t>(value.index));
  const auto bytes = static_cast<std::size_t>(spec.bytes());
  const std::shared_ptr<std::byte[]> data(new std::byte[bytes + 1]());
  return model::to_torch(
      Tensor{std::shared_ptr<const void>(data, data.get()), spec.type, spec.shape});
}

VirtualDevice::VirtualDevice(const TraceSetting& setting, Pass pass)
    : DeviceRunner(1), setting_(setting), pass_(std::move(pass)) {}

Duration VirtualDevice::pass(Duration time) {
  const Duration stretched(std::llround(stretch_ * static_cast<double>(time.count())));
  pass_(stretched);
  return stretched;
}

Duration VirtualDevice::run(const slice::Slice& slice, runtime::FeatureMaps& maps) {
  Duration time{0};
  for (const std::int32_t unit : to_units(slice.spec().units)) {
    time += setting_.graph.units[static_cast<std::size_t>(unit)].time.at(0).value();
  }
  const Duration took = pass(time);
  for (const graph::ValueId& value : slice.spec().outputs) {
    at::Tensor& blank = blanks_[value];
    if (!blank.defined()) blank = blank_value(setting_.graph, value);
    maps[value] = blank;
  }
  return took;
}

Duration VirtualDevice::encode(graph::ValueId value, transport::Codec codec,
                               const std::function<void()>& work) {
  work();
  return pass(setting_.encode_time(value.unit, transport::name_of(transport::unpacked(codec))));
}

}  // namespace branchline::lab
