#include "transport/tensor_codec.h"

#include <algorithm>
#include <array>
#include <new>
#include <optional>
#include <utility>

#include "framework/base/error.h"
#include "transport/codec_kernels.h"
#include "transport/frame_format.h"
#include "transport/int8_codec.h"
#include "transport/picture_codec.h"

namespace branchline::transport {
namespace {

constexpr std::array kCodecs = {Codec::raw, Codec::fp16, Codec::int8, Codec::png, Codec::jpeg};
constexpr std::int64_t kMaxPictureSide = 65500;  // libjpeg's

std::shared_ptr<void> aligned_storage(std::size_t bytes) {
  return {::operator new (std::max<std::size_t>(bytes, 1), std::align_val_t{kAlignment}),
          [](void* storage) { ::operator delete (storage, std::align_val_t{kAlignment}); }};
}

/// Elements of a shape from outside; nullopt when negative or more than any machine holds.
std::optional<std::uint64_t> checked_count(const Shape& shape) noexcept {
  constexpr std::uint64_t kMost = 1ull << 40;
  std::uint64_t count = 1;
  for (const std::int64_t dimension : shape) {
    if (dimension < 0) return std::nullopt;
    if (dimension == 0) return 0;
    if (static_cast<std::uint64_t>(dimension) > kMost / count) return std::nullopt;
    count *= static_cast<std::uint64_t>(dimension);
  }
  return count;
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

std::shared_ptr<const void> decode_floats(const EncodedTensor& encoded, std::size_t count) {
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

}  // namespace

const char* name_of(Codec codec) noexcept {
  switch (codec) {
    case Codec::raw:
      return "raw";
    case Codec::fp16:
      return "fp16";
    case Codec::int8:
      return "int8";
    case Codec::png:
      return "png";
    case Codec::jpeg:
      return "jpeg";
  }
  return "unknown";
}

Codec codec_from_name(const std::string& name, const std::string& where) {
  std::string list;
  for (const Codec codec : kCodecs) {
    if (name == name_of(codec)) return codec;
    list += (list.empty() ? "" : ", ") + std::string(name_of(codec));
  }
  throw InputError("'" + name + "' is no codec", where, "Choose one of " + list);
}

bool can_encode(Codec codec, DType type, const Shape& shape) noexcept {
  switch (codec) {
    case Codec::raw:
      return checked_count(shape).has_value();
    case Codec::fp16:
    case Codec::int8:
      return type == DType::f32 && checked_count(shape).has_value();
    case Codec::png:
    case Codec::jpeg:
      return type == DType::u8 && shape.size() == 4 && shape[0] == 1 && shape[1] >= 1 &&
             shape[1] <= kMaxPictureSide && shape[2] >= 1 && shape[2] <= kMaxPictureSide &&
             (shape[3] == 1 || shape[3] == 3);
  }
  return false;
}

std::uint64_t expected_bytes(Codec codec, DType type, const Shape& shape) noexcept {
  const std::uint64_t count = checked_count(shape).value_or(0);
  switch (codec) {
    case Codec::raw:
      return count * size_of(type);
    case Codec::fp16:
      return count * 2;
    case Codec::int8:
      return int8_bytes(channels_of(shape));
    case Codec::png:
      return 100 + count * 6 / 10;
    case Codec::jpeg:
      return 600 + count / 10;
  }
  return 0;
}

EncodedTensor encode(const Tensor& tensor, Codec codec, const CodecOptions& options) {
  BL_EXPECT(can_encode(codec, tensor.type, tensor.shape),
            std::string(name_of(codec)) + " cannot carry this " + name_of(tensor.type) + " tensor");
  EncodedTensor encoded{codec, tensor.type, tensor.shape, nullptr, 0};
  if (is_picture_codec(codec)) {
    const int quality = std::clamp(options.jpeg_quality, 1, 100);
    auto bytes =
        std::make_shared<std::vector<std::uint8_t>>(encode_picture(tensor, codec, quality));
    encoded.payload_bytes = bytes->size();
    const void* data = bytes->data();
    encoded.payload = {std::move(bytes), data};
    return encoded;
  }
  encoded.payload_bytes = expected_bytes(codec, tensor.type, tensor.shape);
  encoded.payload = codec == Codec::raw ? tensor.data : encode_payload(tensor, encoded);
  return encoded;
}

Tensor decode(const EncodedTensor& encoded) {
  if (!can_encode(encoded.codec, encoded.type, encoded.shape)) {
    refuse_payload(encoded, "cannot exist: unknown codec, or wrong type or shape for it");
  }
  Tensor tensor{nullptr, encoded.type, encoded.shape};
  if (is_picture_codec(encoded.codec)) {
    tensor.data = decode_picture(encoded.codec,
                                 {static_cast<const std::byte*>(encoded.payload.get()),
                                  static_cast<std::size_t>(encoded.payload_bytes)},
                                 encoded.shape);
    return tensor;
  }
  const std::uint64_t expected = expected_bytes(encoded.codec, encoded.type, encoded.shape);
  if (encoded.payload_bytes != expected) {
    refuse_payload(encoded, "should have " + std::to_string(expected));
  }
  tensor.data = encoded.codec == Codec::raw
                    ? decode_raw(encoded)
                    : decode_floats(encoded, static_cast<std::size_t>(element_count(tensor.shape)));
  return tensor;
}

}  // namespace branchline::transport
