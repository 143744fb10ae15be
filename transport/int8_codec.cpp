#include "transport/int8_codec.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "transport/codec_kernels.h"

namespace branchline::transport {
namespace {

struct ChannelScale {
  float minimum = 0;
  float step = 0;
};

/// A step whose reciprocal overflows is none.
ChannelScale scale_of(const Extent& extent) noexcept {
  if (extent.low > extent.high) return {};
  const float step = (extent.high - extent.low) / 255.0f;
  return {extent.low, step >= std::numeric_limits<float>::min() ? step : 0.0f};
}

}  // namespace

ChannelLayout channels_of(const Shape& shape) noexcept {
  // A shape such as {2^20, 2^20, 0} must not cost 2^40 empty runs.
  if (std::find(shape.begin(), shape.end(), 0) != shape.end()) return {0, 0, 0};
  ChannelLayout layout;
  if (shape.size() < 3) {
    layout.run = static_cast<std::size_t>(element_count(shape));
    return layout;
  }
  layout.outer = static_cast<std::size_t>(shape[0]);
  layout.channels = static_cast<std::size_t>(shape[1]);
  for (std::size_t i = 2; i < shape.size(); ++i) layout.run *= static_cast<std::size_t>(shape[i]);
  return layout;
}

std::size_t int8_bytes(const ChannelLayout& layout) noexcept {
  return layout.channels * sizeof(ChannelScale) + layout.outer * layout.channels * layout.run;
}

void to_int8(const float* values, const ChannelLayout& layout, std::byte* payload) noexcept {
  const CodecKernels& kernels = codec_kernels();
  auto* bytes = reinterpret_cast<std::uint8_t*>(payload) + layout.channels * sizeof(ChannelScale);
  for (std::size_t channel = 0; channel < layout.channels; ++channel) {
    Extent extent;
    const auto run_at = [&](std::size_t n) { return (n * layout.channels + channel) * layout.run; };
    for (std::size_t n = 0; n < layout.outer; ++n) {
      kernels.widen(extent, values + run_at(n), layout.run);
    }
    const ChannelScale scale = scale_of(extent);
    std::memcpy(payload + channel * sizeof scale, &scale, sizeof scale);
    const float steps_per_unit = scale.step > 0 ? 1.0f / scale.step : 0.0f;
    for (std::size_t n = 0; n < layout.outer; ++n) {
      kernels.quantise(values + run_at(n), layout.run, scale.minimum, steps_per_unit,
                       bytes + run_at(n));
    }
  }
}

void from_int8(const std::byte* payload, const ChannelLayout& layout, float* values) noexcept {
  const CodecKernels& kernels = codec_kernels();
  const auto* bytes =
      reinterpret_cast<const std::uint8_t*>(payload) + layout.channels * sizeof(ChannelScale);
  for (std::size_t n = 0; n < layout.outer; ++n) {
    for (std::size_t channel = 0; channel < layout.channels; ++channel) {
      ChannelScale scale;
      std::memcpy(&scale, payload + channel * sizeof scale, sizeof scale);
      const std::size_t at = (n * layout.channels + channel) * layout.run;
      kernels.dequantise(bytes + at, layout.run, scale.minimum, scale.step, values + at);
    }
  }
}

}  // namespace branchline::transport
