#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "framework/base/tensor.h"
#include "transport/packing.h"

namespace branchline::transport {

/// How a tensor's elements become payload bytes. The numbers are on the wire: the lower four bits
/// say what becomes of an element, the upper four are the Packing (packing.h) that comes after.
enum class Codec : std::uint8_t {
  raw = 0x00,
  fp16 = 0x01,
  int8 = 0x02,
  png = 0x03,
  jpeg = 0x04,
  raw_lz4 = 0x10,
  fp16_lz4 = 0x11,
  int8_lz4 = 0x12,
  raw_zstd = 0x20,
  fp16_zstd = 0x21,
  int8_zstd = 0x22,
};

/// Every codec, in the order of their numbers.
std::span<const Codec> all_codecs() noexcept;

/// "raw", "fp16", …, "int8+zstd"; "unknown" for a number that is no codec.
const char* name_of(Codec codec) noexcept;

/// @throws InputError naming `where` and listing the codecs.
Codec codec_from_name(const std::string& name, const std::string& where);

constexpr Packing packing_of(Codec codec) noexcept {
  return static_cast<Packing>(static_cast<unsigned>(codec) >> 4);
}

/// The same without packing.
constexpr Codec unpacked(Codec codec) noexcept {
  return static_cast<Codec>(static_cast<unsigned>(codec) & 0x0Fu);
}

/// Whether the codec can carry a tensor of this type and shape: raw takes any, fp16 and int8 take
/// f32, packed or not; png and jpeg take u8 {1, H, W, 1 or 3} pictures (RGB).
bool can_encode(Codec codec, DType type, const Shape& shape) noexcept;

/// Bytes the codec is expected to need: exact for raw, fp16 and int8; for packed ones and pictures
/// a rule of thumb, from feature maps behind a ReLU and camera pictures (docs/codecs.md).
std::uint64_t expected_bytes(Codec codec, DType type, const Shape& shape) noexcept;

/// Bytes of one element once encoded and before packing, which masks zeros element by element.
std::size_t packed_element_bytes(Codec codec, DType type) noexcept;

}  // namespace branchline::transport
