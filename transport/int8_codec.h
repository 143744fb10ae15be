#pragma once

#include <cstddef>
#include <cstdint>

#include "framework/base/tensor.h"

namespace branchline::transport {

/// How a tensor's elements fall into channels: {N, C, ...} of three dimensions or more has C, each
/// in N runs of `run` elements; anything else is one channel, and no element no channel.
struct ChannelLayout {
  std::size_t outer = 1;
  std::size_t channels = 1;
  std::size_t run = 1;
};
ChannelLayout channels_of(const Shape& shape) noexcept;

/// 8 bytes a channel (minimum and step, float each), then a byte an element.
std::size_t int8_bytes(const ChannelLayout& layout) noexcept;

/// element = minimum + byte * step, step = (max - min) / 255, 0 where that is below 2^-126. NaN
/// counts as 0; magnitudes above 10^37 saturate. |error| <= step / 2 * 1.0002 + 2^-23 * max |value|
/// of the channel (the second for the rounding of floats), at most 3.1e-36 where the step is 0.
void to_int8(const float* values, const ChannelLayout& layout, std::byte* payload) noexcept;
void from_int8(const std::byte* payload, const ChannelLayout& layout, float* values) noexcept;

}  // namespace branchline::transport
