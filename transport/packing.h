#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace branchline::transport {

/// How an encoded tensor's bytes are made fewer without loss: zeros are masked (zero_mask.h), then
/// compressed. The numbers are on the wire, in the upper half of a codec's.
enum class Packing : std::uint8_t { none = 0, lz4 = 1, zstd = 2 };

/// Packed bytes are blocks, each of the next kPackedBlockBytes of the unpacked ones (the last may
/// have fewer): u32 length, then so many bytes: those of the block itself when length is the
/// block's size, else its masked form, compressed: one LZ4 block, or one zstd frame that says its
/// content size. Block by block everything stays in a core's cache.
inline constexpr std::size_t kPackedBlockBytes = 128u << 10;

/// @param in       whole elements of 1, 2, 4 or 8 bytes
/// @param packing  lz4 or zstd
/// @param out      room for in.size() bytes
/// @returns bytes written, or 0 when packing saves nothing: out is then undefined.
/// Allocates nothing once a thread has packed; its scratch memory (about 1 MiB) stays with it.
std::size_t pack(std::span<const std::byte> in, std::size_t element_bytes, Packing packing,
                 std::byte* out);

/// Fills `out`, whose size the caller knows beforehand, and writes nothing beyond it: what a block
/// claims is checked against its part of `out` before any of it is unpacked.
/// @returns nullptr, or what is wrong, to follow "the payload"; out is then undefined.
const char* unpack(std::span<const std::byte> packed, std::size_t element_bytes, Packing packing,
                   std::span<std::byte> out);

}  // namespace branchline::transport
