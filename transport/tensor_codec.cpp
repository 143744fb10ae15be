#include "transport/tensor_codec.h"

#include <algorithm>
#include <new>
#include <utility>

#include "framework/base/error.h"
#include "transport/codec_kernels.h"
#include "transport/frame_format.h"
#include "transport/int8_codec.h"
#include "transport/picture_codec.h"

namespace branchline::transport {
namespace {

/// Below what zeros alone pack to: 128 KiB of them become some twenty bytes.
constexpr std::uint64_t kMostUnpackedToPacked = 8192;

std::shared_ptr<void> aligned_storage(std::size_t bytes) {
  return {::operator new (std::max<std::size_t>(bytes, 1), std::align_val_t{kAlignment}),
          [](void* storage) { ::operator delete (storage, std::align_val_t{kAlignment}); }};
}

[[noreturn]] void refuse_payload(const EncodedTensor& encoded, const std::string& why) {
  throw RunError(std::string("a ") + name_of(encoded.codec) + " tensor of type " +
                 name_of(encoded.type) + " with " + std::to_string(encoded.payload_bytes) +
                 " payload bytes " + why);
}

std::shared_ptr<const void> decode_raw(const EncodedTensor& encoded) {
  // A bool that is neither 0 nor 1 is undefined behaviour for whoever reads it.
  if (encoded.type == DType::boolean) {
    const auto* bytes = static_cast<const std::uint8_t*>(encoded.payload.get());
    if (std::any_of(bytes, bytes + encoded.payload_bytes, [](auto byte) { return byte > 1; })) {
      refuse_payload(encoded, "holds something else than 0 and 1");
    }
  }
  return encoded.payload;
}

std::shared_ptr<const void> decode_elements(const EncodedTensor& encoded) {
  if (encoded.codec == Codec::raw) return decode_raw(encoded);
  const auto count = static_cast<std::size_t>(element_count(encoded.shape));
  auto storage = aligned_storage(count * sizeof(float));
  auto* values = static_cast<float*>(storage.get());
  if (encoded.codec == Codec::fp16) {
    codec_kernels().from_half(static_cast<const std::uint16_t*>(encoded.payload.get()), count,
                              values);
  } else {
    from_int8(static_cast<const std::byte*>(encoded.payload.get()), channels_of(encoded.shape),
              values);
  }
  return storage;
}

std::shared_ptr<const void> encode_payload(const Tensor& tensor, const EncodedTensor& encoded) {
  auto storage = aligned_storage(encoded.payload_bytes);
  const auto* values = static_cast<const float*>(tensor.data.get());
  if (encoded.codec == Codec::fp16) {
    codec_kernels().to_half(values, encoded.payload_bytes / 2,
                            static_cast<std::uint16_t*>(storage.get()));
  } else {
    to_int8(values, channels_of(tensor.shape), static_cast<std::byte*>(storage.get()));
  }
  return storage;
}

bool is_picture_codec(Codec codec) noexcept { return codec == Codec::png || codec == Codec::jpeg; }

std::span<const std::byte> payload_of(const EncodedTensor& encoded) noexcept {
  return {static_cast<const std::byte*>(encoded.payload.get()),
          static_cast<std::size_t>(encoded.payload_bytes)};
}

EncodedTensor encode_elements(const Tensor& tensor, Codec codec) {
  EncodedTensor encoded{codec, tensor.type, tensor.shape, nullptr,
                        expected_bytes(codec, tensor.type, tensor.shape)};
  encoded.payload = codec == Codec::raw ? tensor.data : encode_payload(tensor, encoded);
  return encoded;
}

EncodedTensor encode_as_picture(const Tensor& tensor, Codec codec, const CodecOptions& options) {
  const int quality = std::clamp(options.jpeg_quality, 1, 100);
  auto bytes = std::make_shared<std::vector<std::uint8_t>>(encode_picture(tensor, codec, quality));
  const std::uint64_t size = bytes->size();
  const void* data = bytes->data();
  return {codec, tensor.type, tensor.shape, {std::move(bytes), data}, size};
}

EncodedTensor packed(const EncodedTensor& plain, Codec codec) {
  auto storage = aligned_storage(plain.payload_bytes);
  const std::size_t bytes = pack(payload_of(plain), packed_element_bytes(codec, plain.type),
                                 packing_of(codec), static_cast<std::byte*>(storage.get()));
  if (bytes == 0) return plain;
  return {codec, plain.type, plain.shape, std::move(storage), bytes};
}

/// Type and shape say how much that is before a byte of the payload is read.
EncodedTensor unpacked_tensor(const EncodedTensor& encoded) {
  const Codec element = unpacked(encoded.codec);
  EncodedTensor plain{element, encoded.type, encoded.shape, nullptr,
                      expected_bytes(element, encoded.type, encoded.shape)};
  if (encoded.payload_bytes >= plain.payload_bytes) {
    refuse_payload(encoded, "is no smaller than unpacked");
  }
  if (plain.payload_bytes / kMostUnpackedToPacked > encoded.payload_bytes) {
    refuse_payload(encoded, "would unpack to " + std::to_string(plain.payload_bytes) + " bytes");
  }
  auto storage = aligned_storage(plain.payload_bytes);
  const char* wrong = unpack(
      payload_of(encoded), packed_element_bytes(element, encoded.type), packing_of(encoded.codec),
      {static_cast<std::byte*>(storage.get()), static_cast<std::size_t>(plain.payload_bytes)});
  if (wrong != nullptr) refuse_payload(encoded, wrong);
  plain.payload = std::move(storage);
  return plain;
}

}  // namespace

EncodedTensor encode(const Tensor& tensor, Codec codec, const CodecOptions& options) {
  BL_EXPECT(can_encode(codec, tensor.type, tensor.shape),
            std::string(name_of(codec)) + " cannot carry this " + name_of(tensor.type) + " tensor");
  if (is_picture_codec(codec)) return encode_as_picture(tensor, codec, options);
  EncodedTensor plain = encode_elements(tensor, unpacked(codec));
  return packing_of(codec) == Packing::none ? plain : packed(plain, codec);
}

Tensor decode(const EncodedTensor& encoded) {
  if (!can_encode(encoded.codec, encoded.type, encoded.shape)) {
    refuse_payload(encoded, "cannot exist: unknown codec, or wrong type or shape for it");
  }
  Tensor tensor{nullptr, encoded.type, encoded.shape};
  if (is_picture_codec(encoded.codec)) {
    tensor.data = decode_picture(encoded.codec, payload_of(encoded), encoded.shape);
    return tensor;
  }
  if (packing_of(encoded.codec) != Packing::none) {
    tensor.data = decode_elements(unpacked_tensor(encoded));
    return tensor;
  }
  const std::uint64_t expected = expected_bytes(encoded.codec, encoded.type, encoded.shape);
  if (encoded.payload_bytes != expected) {
    refuse_payload(encoded, "should have " + std::to_string(expected));
  }
  tensor.data = decode_elements(encoded);
  return tensor;
}

}  // namespace branchline::transport
