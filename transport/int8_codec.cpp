#include "transport/int8_codec.h"

#include <array>
#include <cstring>
#include <limits>

namespace branchline::transport {
namespace {

constexpr float kLargestMagnitude = 1e37f;

struct ChannelScale {
  float minimum = 0;
  float step = 0;
};

/// Ordered so that NaN fails the comparison and becomes 0.
float tamed(float value) noexcept {
  const float low = value > -kLargestMagnitude ? value : -kLargestMagnitude;
  const float both = low < kLargestMagnitude ? low : kLargestMagnitude;
  return value == value ? both : 0.0f;
}

struct Extent {
  float low = std::numeric_limits<float>::max();
  float high = std::numeric_limits<float>::lowest();

  void take(float value) noexcept {
    low = value < low ? value : low;
    high = value > high ? value : high;
  }
};

/// Sixteen independent lanes: a single running minimum would keep the compiler from vectorising.
void widen(Extent& extent, const float* values, std::size_t count) noexcept {
  constexpr std::size_t kLanes = 16;
  std::array<float, kLanes> low;
  std::array<float, kLanes> high;
  low.fill(extent.low);
  high.fill(extent.high);
  std::size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const float value = tamed(values[i + lane]);
      low[lane] = value < low[lane] ? value : low[lane];
      high[lane] = value > high[lane] ? value : high[lane];
    }
  }
  for (; i < count; ++i) extent.take(tamed(values[i]));
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    extent.low = low[lane] < extent.low ? low[lane] : extent.low;
    extent.high = high[lane] > extent.high ? high[lane] : extent.high;
  }
}

void quantise(const float* values, std::size_t count, float minimum, float steps_per_unit,
              std::uint8_t* bytes) noexcept {
  for (std::size_t i = 0; i < count; ++i) {
    const float steps = (tamed(values[i]) - minimum) * steps_per_unit + 0.5f;
    bytes[i] =
        static_cast<std::uint8_t>(static_cast<std::int32_t>(steps < 255.0f ? steps : 255.0f));
  }
}

}  // namespace

ChannelLayout channels_of(const Shape& shape) noexcept {
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
  auto* bytes = reinterpret_cast<std::uint8_t*>(payload) + layout.channels * sizeof(ChannelScale);
  for (std::size_t channel = 0; channel < layout.channels; ++channel) {
    Extent extent;
    const auto run_at = [&](std::size_t n) { return (n * layout.channels + channel) * layout.run; };
    for (std::size_t n = 0; n < layout.outer; ++n) widen(extent, values + run_at(n), layout.run);
    const bool any = extent.low <= extent.high;
    const ChannelScale scale{any ? extent.low : 0.0f,
                             any ? (extent.high - extent.low) / 255.0f : 0.0f};
    std::memcpy(payload + channel * sizeof scale, &scale, sizeof scale);
    const float steps_per_unit = scale.step > 0 ? 1.0f / scale.step : 0.0f;
    for (std::size_t n = 0; n < layout.outer; ++n) {
      quantise(values + run_at(n), layout.run, scale.minimum, steps_per_unit, bytes + run_at(n));
    }
  }
}

void from_int8(const std::byte* payload, const ChannelLayout& layout, float* values) noexcept {
  const auto* bytes =
      reinterpret_cast<const std::uint8_t*>(payload) + layout.channels * sizeof(ChannelScale);
  for (std::size_t n = 0; n < layout.outer; ++n) {
    for (std::size_t channel = 0; channel < layout.channels; ++channel) {
      ChannelScale scale;
      std::memcpy(&scale, payload + channel * sizeof scale, sizeof scale);
      const std::size_t at = (n * layout.channels + channel) * layout.run;
      for (std::size_t i = 0; i < layout.run; ++i) {
        values[at + i] = scale.minimum + static_cast<float>(bytes[at + i]) * scale.step;
      }
    }
  }
}

}  // namespace branchline::transport
