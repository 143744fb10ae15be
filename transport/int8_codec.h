#pragma once

#include <cstddef>
#include <cstdint>

#include "framework/base/tensor.h"

namespace branchline::transport {

/// How a tensor's elements fall into channels: {N, C, ...} of three dimensions or more has C, each
/// in N runs of `run` elements; anything else is one channel.
struct ChannelLayout {
  std::size_t outer = 1;
  std::size_t channels = 1;
  std::size_t run = 1;
};
ChannelLayout channels_of(const Shape& shape) noexcept;

/// 8 bytes a channel (minimum and step, float each), then a byte an element.
std::size_t int8_bytes(const ChannelLayout& layout) noexcept;

/// element = minimum + byte * step, step = (max - min) / 255. NaN counts as 0; magnitudes above
/// 10^37 saturate.
void to_int8(const float* values, const ChannelLayout& layout, std::byte* payload) noexcept;
void from_int8(const std::byte* payload, const ChannelLayout& layout, float* values) noexcept;

}  // namespace branchline::transport
