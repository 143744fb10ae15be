#pragma once

#include <cstring>
#include <memory>

#include "framework/base/error.h"
#include "tests/fuzz/input_bytes.h"
#include "transport/tensor_codec.h"

namespace branchline::testing {

/// What must hold of any bytes taken for a tensor's payload, whatever codec, type and shape its
/// sender claims: they are refused by a RunError, or decode to exactly that type and shape.
///
/// `input`: codec, element type, rank, two bytes for each dimension, then the payload.
/// @returns whether it decoded. Anything else thrown is a bug.
inline bool check_payload_bytes(std::span<const std::byte> input) {
  constexpr std::int64_t kMostElements = 1 << 18;
  InputBytes start(input);
  transport::EncodedTensor encoded;
  encoded.codec = static_cast<transport::Codec>(start.take());
  encoded.type = static_cast<DType>(start.take() % kDTypeCount);
  encoded.shape.resize(start.take() % 6u);
  std::int64_t elements = 1;
  for (std::int64_t& dimension : encoded.shape) {
    dimension = start.take_two();
    elements *= std::max<std::int64_t>(dimension, 1);
    if (elements > kMostElements) return false;  // the frame reader's to refuse
  }
  // Of just its size, so that a sanitizer sees each byte that is read beyond it.
  const auto bytes = start.rest();
  const std::shared_ptr<std::byte[]> payload(new std::byte[bytes.size()]);
  std::copy(bytes.begin(), bytes.end(), payload.get());
  encoded.payload = payload;
  encoded.payload_bytes = bytes.size();
  try {
    const Tensor tensor = transport::decode(encoded);
    BL_EXPECT(tensor.type == encoded.type && tensor.shape == encoded.shape,
              "decoded to another type or shape than was claimed");
    std::size_t sum = 0;
    for (std::size_t i = 0; i < tensor.byte_size(); ++i) {
      sum += static_cast<const std::uint8_t*>(tensor.data.get())[i];
    }
    return sum < ~std::size_t{0};  // reads every byte
  } catch (const RunError& error) {
    BL_EXPECT(std::strlen(error.what()) < 1000, "a complaint longer than anyone reads");
    return false;
  }
}

}  // namespace branchline::testing
