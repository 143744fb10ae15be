#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace branchline::transport {

/// Decodes a picture of known size into `pixels` (rows x columns x 3 red, green, blue; or x 1). A
/// peer's broken picture must not make its library write to our standard error, as OpenCV's
/// decoders do: so libpng and libjpeg are asked directly. @returns false when it is damaged.
/// Stateless; safe from any thread.
bool decode_png(std::span<const std::byte> bytes, bool colour, std::span<std::uint8_t> pixels);
bool decode_jpeg(std::span<const std::byte> bytes, bool colour, std::span<std::uint8_t> pixels);

}  // namespace branchline::transport
