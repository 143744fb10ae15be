#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "framework/base/tensor.h"
#include "transport/tensor_codec.h"

namespace branchline::transport {

struct PictureSize {
  std::int64_t height = 0;
  std::int64_t width = 0;

  friend bool operator==(const PictureSize&, const PictureSize&) = default;
};

/// What a PNG's or JPEG's own header says, without decoding: so that a bomb is seen before anything
/// is allocated for it. nullopt when the bytes are no such picture.
std::optional<PictureSize> picture_size(Codec codec, std::span<const std::byte> bytes) noexcept;

/// @param tensor  u8 {1, H, W, 1 or 3}, RGB.
std::vector<std::uint8_t> encode_picture(const Tensor& tensor, Codec codec, int jpeg_quality);

/// @throws RunError when the bytes are no picture of exactly this shape.
std::shared_ptr<const void> decode_picture(Codec codec, std::span<const std::byte> bytes,
                                           const Shape& shape);

}  // namespace branchline::transport
