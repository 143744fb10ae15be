#pragma once

#include <cstddef>
#include <span>

namespace branchline::transport {

/// Leaves out the elements whose bytes are all zero: a bit for each element, first element in the
/// lowest bit of the first byte, then the others as they were. More than half of a feature map
/// behind a ReLU is zero; what remains compresses better and in less time than the whole
/// (docs/codecs.md compares it with shuffles). Elements have 1, 2, 4 or 8 bytes.

constexpr std::size_t mask_bytes(std::size_t elements) noexcept { return (elements + 7) / 8; }

/// @param in   whole elements
/// @param out  room for the mask of in's elements and for all of in
/// @returns bytes written
std::size_t mask_zeros(std::span<const std::byte> in, std::size_t element_bytes,
                       std::byte* out) noexcept;

/// @param in   mask and elements; kMaskSlack readable bytes must follow, whatever they hold
/// @param out  as many whole elements as were masked
/// @returns false when the mask does not fit the bytes that follow it, or has bits past its end;
/// out is then undefined. Reads and writes nothing else.
bool unmask_zeros(std::span<const std::byte> in, std::size_t element_bytes,
                  std::span<std::byte> out) noexcept;

inline constexpr std::size_t kMaskSlack = 64;

}  // namespace branchline::transport
