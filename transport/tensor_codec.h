#pragma once

#include <cstdint>
#include <memory>

#include "framework/base/tensor.h"
#include "transport/codec.h"

namespace branchline::transport {

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

/// raw copies nothing. fp16 rounds to nearest, saturating at ±65504. int8 is affine per channel
/// (dimension 1 when there are at least three dimensions, else per tensor): |error| <= (max - min)
/// / 510 per channel, float rounding aside; NaN becomes 0.
/// A packed codec whose packing saves nothing gives way to its unpacked one: what comes back says
/// which it was, and is never larger.
/// @throws std::logic_error when !can_encode.
EncodedTensor encode(const Tensor& tensor, Codec codec, const CodecOptions& options = {});

/// @throws RunError when the payload does not decode to exactly the type and shape it claims; never
/// reads or allocates
///         beyond what type, shape and payload_bytes say.
Tensor decode(const EncodedTensor& encoded);

}  // namespace branchline::transport
