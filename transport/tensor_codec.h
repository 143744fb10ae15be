#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "framework/base/tensor.h"

namespace branchline::transport {

/// How a tensor's elements become payload bytes. The numbers are on the wire.
enum class Codec : std::uint8_t { raw = 0, fp16 = 1, int8 = 2, png = 3, jpeg = 4 };

/// "raw", "fp16", "int8", "png", "jpeg".
const char* name_of(Codec codec) noexcept;

/// @throws InputError naming `where` and listing the codecs.
Codec codec_from_name(const std::string& name, const std::string& where);

/// Payload and what is needed to undo it.
struct EncodedTensor {
  Codec codec = Codec::raw;
  DType type = DType::f32;              ///< of the decoded tensor
  Shape shape;                          ///< of the decoded tensor
  std::shared_ptr<const void> payload;  ///< shares the tensor's storage for raw
  std::uint64_t payload_bytes = 0;
};

struct CodecOptions {
  int jpeg_quality = 85;
};

/// Whether the codec can carry a tensor of this type and shape: fp16 and int8 take f32; png and
/// jpeg take u8 {1, H, W, 1 or 3} pictures (RGB).
bool can_encode(Codec codec, DType type, const Shape& shape) noexcept;

/// Bytes the codec is expected to need; exact for raw, fp16 and int8, a rule of thumb for pictures.
std::uint64_t expected_bytes(Codec codec, DType type, const Shape& shape) noexcept;

/// raw copies nothing. fp16 rounds to nearest, saturating at ±65504. int8 is affine per channel
/// (dimension 1 when there are at least three dimensions, else per tensor): |error| <= (max - min)
/// / 510 per channel, float rounding aside; NaN becomes 0.
/// @throws std::logic_error when !can_encode.
EncodedTensor encode(const Tensor& tensor, Codec codec, const CodecOptions& options = {});

/// @throws RunError when the payload does not decode to exactly the type and shape it claims; never
/// reads or allocates
///         beyond what type, shape and payload_bytes say.
Tensor decode(const EncodedTensor& encoded);

}  // namespace branchline::transport
