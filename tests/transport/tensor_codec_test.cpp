#include "transport/tensor_codec.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include "framework/base/error.h"

namespace branchline::transport {
namespace {

template <class T>
Tensor tensor_of(std::vector<T> values, DType type, Shape shape) {
  auto storage = std::make_shared<std::vector<T>>(std::move(values));
  return {{storage, storage->data()}, type, std::move(shape)};
}

std::vector<float> random_floats(std::size_t count, float low, float high, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> uniform(low, high);
  std::vector<float> values(count);
  for (float& value : values) value = uniform(random);
  return values;
}

const float* floats_of(const Tensor& tensor) {
  return static_cast<const float*>(tensor.data.get());
}

std::size_t count_of(const Tensor& tensor) {
  return static_cast<std::size_t>(element_count(tensor.shape));
}

/// A camera-like picture: smooth, with an edge; red and blue differ everywhere.
Tensor picture(std::int64_t height, std::int64_t width, std::int64_t channels) {
  std::vector<std::uint8_t> pixels;
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < width; ++x) {
      for (std::int64_t c = 0; c < channels; ++c) {
        const std::int64_t base = c == 0 ? 40 + x / 2 : c == 1 ? 90 + y / 2 : 220 - x / 2;
        pixels.push_back(static_cast<std::uint8_t>(std::min<std::int64_t>(base, 255)));
      }
    }
  }
  return tensor_of(std::move(pixels), DType::u8, {1, height, width, channels});
}

double mean_difference(const Tensor& a, const Tensor& b) {
  const auto* x = static_cast<const std::uint8_t*>(a.data.get());
  const auto* y = static_cast<const std::uint8_t*>(b.data.get());
  double sum = 0;
  for (std::size_t i = 0; i < a.byte_size(); ++i) sum += std::abs(int{x[i]} - int{y[i]});
  return sum / static_cast<double>(a.byte_size());
}

TEST(TensorCodec, NamesAreReadBack) {
  for (const Codec codec : all_codecs()) {
    EXPECT_EQ(codec_from_name(name_of(codec), "--codec"), codec);
  }
  EXPECT_THROW(codec_from_name("zip", "--codec"), InputError);
}

TEST(TensorCodec, RawSharesTheStorageBothWays) {
  const Tensor tensor = tensor_of(random_floats(24, -1, 1, 1), DType::f32, {2, 3, 4});
  const EncodedTensor encoded = encode(tensor, Codec::raw);
  EXPECT_EQ(encoded.payload.get(), tensor.data.get());
  EXPECT_EQ(encoded.payload_bytes, 96u);
  const Tensor decoded = decode(encoded);
  EXPECT_EQ(decoded.data.get(), tensor.data.get());
  EXPECT_EQ(decoded.shape, tensor.shape);
}

TEST(TensorCodec, Fp16StaysWithinHalfAnUlp) {
  const Tensor tensor = tensor_of(random_floats(9999, -300, 300, 2), DType::f32, {9999});
  const EncodedTensor encoded = encode(tensor, Codec::fp16);
  EXPECT_EQ(encoded.payload_bytes, expected_bytes(Codec::fp16, DType::f32, {9999}));
  const Tensor decoded = decode(encoded);
  for (std::size_t i = 0; i < 9999; ++i) {
    const float value = floats_of(tensor)[i];
    EXPECT_LE(std::abs(floats_of(decoded)[i] - value),
              std::max(std::abs(value) * 0x1p-11f, 0x1p-25f));
  }
}

TEST(TensorCodec, Int8StaysWithinItsBoundPerChannel) {
  const Shape shape = {2, 5, 7, 11};
  auto values = random_floats(770, -1, 1, 3);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t channel = i / 77 % 5;
    values[i] =
        values[i] * std::pow(10.0f, static_cast<float>(channel) - 2) + static_cast<float>(channel);
  }
  const Tensor tensor = tensor_of(values, DType::f32, shape);
  const EncodedTensor encoded = encode(tensor, Codec::int8);
  EXPECT_EQ(encoded.payload_bytes, 5 * 8 + 770u);
  EXPECT_EQ(encoded.payload_bytes, expected_bytes(Codec::int8, DType::f32, shape));
  const Tensor decoded = decode(encoded);
  for (std::size_t channel = 0; channel < 5; ++channel) {
    float low = 1e30f;
    float high = -1e30f;
    const auto each = [&](auto&& visit) {
      for (std::size_t n = 0; n < 2; ++n) {
        for (std::size_t i = 0; i < 77; ++i) visit((n * 5 + channel) * 77 + i);
      }
    };
    each([&](std::size_t i) {
      low = std::min(low, values[i]);
      high = std::max(high, values[i]);
    });
    each([&](std::size_t i) {
      EXPECT_LE(std::abs(floats_of(decoded)[i] - values[i]),
                (high - low) / 510 * 1.0002f + std::max(std::abs(low), std::abs(high)) * 0x1p-23f);
    });
  }
}

TEST(TensorCodec, Int8TakesWhateverFloatsThereAre) {
  const float inf = std::numeric_limits<float>::infinity();
  const Tensor odd = tensor_of<float>({NAN, 1, -1, NAN}, DType::f32, {4});
  const Tensor decoded = decode(encode(odd, Codec::int8));
  EXPECT_NEAR(floats_of(decoded)[0], 0, 0.004);
  const Tensor constant = tensor_of<float>({7, 7, 7}, DType::f32, {1, 1, 3});
  EXPECT_EQ(floats_of(decode(encode(constant, Codec::int8)))[1], 7);
  const Tensor wild = tensor_of<float>({inf, -inf, 3e38f, 0}, DType::f32, {4});
  const Tensor tamed = decode(encode(wild, Codec::int8));
  for (std::size_t i = 0; i < count_of(tamed); ++i) EXPECT_TRUE(std::isfinite(floats_of(tamed)[i]));
  for (const Shape& empty : {Shape{0}, Shape{1, 0, 4}, Shape{1, 3, 0}, Shape{0, 3, 4}}) {
    const Tensor nothing{std::make_shared<float>(), DType::f32, empty};
    EXPECT_EQ(decode(encode(nothing, Codec::int8)).shape, empty);
  }
}

TEST(TensorCodec, Int8KeepsItsBoundWhereFloatsAreCoarse) {
  std::mt19937 random(9);
  for (int round = 0; round < 2000; ++round) {
    const float offset = std::ldexp(static_cast<float>(random() % 2001) - 1000.0f,
                                    static_cast<int>(random() % 40) - 20);
    const float range = std::ldexp(1.0f, static_cast<int>(random() % 160) - 130);
    auto values = random_floats(50, offset, offset + range, static_cast<unsigned>(round));
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    const float bound = (*high - *low) / 510 * 1.0002f +
                        std::max(std::abs(*low), std::abs(*high)) * 0x1p-23f + 3.1e-36f;
    const Tensor tensor = tensor_of(values, DType::f32, {50});
    const Tensor decoded = decode(encode(tensor, Codec::int8));
    for (std::size_t i = 0; i < 50; ++i) {
      ASSERT_LE(std::abs(floats_of(decoded)[i] - values[i]), bound) << offset << " + " << range;
    }
  }
}

TEST(TensorCodec, Int8GivesAChannelsLeastValueBackExactly) {
  for (const float greatest : {1.0f, 3e-36f, 1e-37f, 1e-44f}) {
    const Tensor tensor = tensor_of<float>({0, greatest, greatest / 2}, DType::f32, {3});
    EXPECT_EQ(floats_of(decode(encode(tensor, Codec::int8)))[0], 0) << greatest;
  }
}

TEST(TensorCodec, TensorsWithoutElementsCostNothingWhateverTheirShape) {
  for (const Shape& shape : {Shape{1 << 20, 1 << 20, 0}, Shape{1 << 20, 0, 1 << 20}}) {
    const Tensor nothing{std::make_shared<float>(), DType::f32, shape};
    EXPECT_EQ(expected_bytes(Codec::int8, DType::f32, shape), 0u);
    EXPECT_EQ(decode(encode(nothing, Codec::int8)).shape, shape);
  }
}

TEST(TensorCodec, PngIsLosslessAndKeepsRedRed) {
  for (const std::int64_t channels : {1, 3}) {
    const Tensor tensor = picture(37, 53, channels);
    const EncodedTensor encoded = encode(tensor, Codec::png);
    EXPECT_LT(encoded.payload_bytes, tensor.byte_size());
    const Tensor decoded = decode(encoded);
    EXPECT_EQ(std::memcmp(decoded.data.get(), tensor.data.get(), tensor.byte_size()), 0);
  }
}

TEST(TensorCodec, JpegIsCloseAndQualityCostsBytes) {
  for (const std::int64_t channels : {1, 3}) {
    const Tensor tensor = picture(120, 160, channels);
    const EncodedTensor fine = encode(tensor, Codec::jpeg, {95});
    const EncodedTensor coarse = encode(tensor, Codec::jpeg, {30});
    EXPECT_LT(coarse.payload_bytes, fine.payload_bytes);
    EXPECT_LT(mean_difference(decode(fine), tensor), 3.0);  // swapped red and blue would give 100
  }
}

TEST(TensorCodec, APictureOfAnotherSizeThanItsMessageSaysIsRefused) {
  for (const Codec codec : {Codec::png, Codec::jpeg}) {
    EncodedTensor encoded = encode(picture(40, 60, 3), codec);
    encoded.shape = {1, 60, 40, 3};
    EXPECT_THROW(decode(encoded), RunError);
    encoded.shape = {1, 4, 6, 3};
    EXPECT_THROW(decode(encoded), RunError);
  }
}

TEST(TensorCodec, DamagedPicturesNeverDecodeToAnotherShapeNorWriteToStandardError) {
  std::mt19937 random(5);
  ::testing::internal::CaptureStderr();
  for (const Codec codec : {Codec::png, Codec::jpeg}) {
    const EncodedTensor good = encode(picture(40, 60, 3), codec);
    for (int i = 0; i < 300; ++i) {
      auto bytes = std::make_shared<std::vector<std::uint8_t>>(good.payload_bytes);
      std::memcpy(bytes->data(), good.payload.get(), good.payload_bytes);
      for (int n = 0; n < 3; ++n)
        (*bytes)[random() % bytes->size()] = static_cast<std::uint8_t>(random());
      if (i % 3 == 0) bytes->resize(random() % bytes->size());
      EncodedTensor bad = good;
      bad.payload = {bytes, bytes->data()};
      bad.payload_bytes = bytes->size();
      try {
        EXPECT_EQ(decode(bad).shape, good.shape);
      } catch (const RunError&) {
      }
    }
  }
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

TEST(TensorCodec, DecodeRefusesWhatDoesNotFit) {
  EncodedTensor encoded =
      encode(tensor_of(random_floats(12, 0, 1, 1), DType::f32, {3, 4}), Codec::raw);
  const auto refused = [&](auto&& change) {
    EncodedTensor changed = encoded;
    change(changed);
    EXPECT_THROW(decode(changed), RunError);
  };
  refused([](EncodedTensor& tensor) { tensor.payload_bytes -= 1; });
  refused([](EncodedTensor& tensor) { tensor.payload_bytes += 1; });
  refused([](EncodedTensor& tensor) { tensor.shape = {3, 5}; });
  refused([](EncodedTensor& tensor) { tensor.shape = {-3, -4}; });
  refused([](EncodedTensor& tensor) { tensor.shape = Shape(16, 1 << 20); });
  refused([](EncodedTensor& tensor) { tensor.codec = Codec::fp16; });
  refused([](EncodedTensor& tensor) { tensor.codec = static_cast<Codec>(99); });
  refused([](EncodedTensor& tensor) { tensor.codec = Codec::png; });
  const Tensor flags = tensor_of<std::uint8_t>({0, 1, 2}, DType::boolean, {3});
  EXPECT_THROW(decode(encode(flags, Codec::raw)), RunError);
}

/// Like a feature map behind a ReLU.
Tensor feature_map(const Shape& shape) {
  auto values = random_floats(static_cast<std::size_t>(element_count(shape)), -1, 0.7f, 4);
  for (float& value : values) value = std::max(value, 0.0f);
  return tensor_of(std::move(values), DType::f32, shape);
}

TEST(TensorCodec, PackedTensorsDecodeToWhatUnpackedOnesDo) {
  const Tensor tensor = feature_map({1, 16, 40, 40});
  for (const Codec codec : all_codecs()) {
    if (packing_of(codec) == Packing::none) continue;
    const EncodedTensor encoded = encode(tensor, codec);
    const EncodedTensor plain = encode(tensor, unpacked(codec));
    EXPECT_EQ(encoded.codec, codec);
    EXPECT_LT(encoded.payload_bytes, plain.payload_bytes * 7 / 10) << name_of(codec);
    const Tensor decoded = decode(encoded);
    EXPECT_EQ(std::memcmp(decoded.data.get(), decode(plain).data.get(), decoded.byte_size()), 0);
  }
}

TEST(TensorCodec, PackingMasksTheElementsOfEachCodec) {
  const Tensor tensor = feature_map({1, 16, 40, 40});
  const std::pair<Codec, std::size_t> widths[] = {
      {Codec::raw_lz4, 4}, {Codec::fp16_lz4, 2}, {Codec::int8_lz4, 1}};
  for (const auto& [codec, element_bytes] : widths) {
    const EncodedTensor encoded = encode(tensor, codec);
    std::vector<std::byte> plain(encode(tensor, unpacked(codec)).payload_bytes);
    EXPECT_EQ(unpack({static_cast<const std::byte*>(encoded.payload.get()), encoded.payload_bytes},
                     element_bytes, Packing::lz4, plain),
              nullptr)
        << name_of(codec);
  }
}

TEST(TensorCodec, PackingAlsoCarriesOtherTypesAsTheyAre) {
  std::vector<std::int64_t> numbers(500, 0);
  numbers[7] = -3;
  const Tensor tensor = tensor_of(numbers, DType::i64, {500});
  const EncodedTensor encoded = encode(tensor, Codec::raw_zstd);
  EXPECT_LT(encoded.payload_bytes, 200u);
  EXPECT_EQ(std::memcmp(decode(encoded).data.get(), numbers.data(), 4000), 0);
  std::vector<std::uint8_t> flags(500, 0);
  flags[3] = 2;
  const Tensor no_flags = tensor_of(flags, DType::boolean, {500});
  EXPECT_THROW(decode(encode(no_flags, Codec::raw_lz4)), RunError);
}

TEST(TensorCodec, WhatDoesNotPackTravelsUnpackedAndNeverLarger) {
  const Tensor noise = tensor_of(random_floats(3000, 1, 2, 6), DType::f32, {1, 3, 1000});
  for (const Codec codec : {Codec::raw_lz4, Codec::int8_lz4, Codec::fp16_lz4}) {
    const EncodedTensor encoded = encode(noise, codec);
    EXPECT_EQ(encoded.codec, unpacked(codec)) << name_of(codec);
    EXPECT_EQ(encoded.payload_bytes, encode(noise, unpacked(codec)).payload_bytes);
  }
  for (const Shape& shape : {Shape{0}, Shape{1}, Shape{1, 3, 0}}) {
    const Tensor little{std::make_shared<float>(1.0f), DType::f32, shape};
    EXPECT_EQ(encode(little, Codec::fp16_zstd).codec, Codec::fp16);
  }
}

TEST(TensorCodec, PackedPayloadsThatCannotBeAreRefused) {
  const EncodedTensor good = encode(feature_map({1, 16, 40, 40}), Codec::fp16_zstd);
  const auto refused = [&](auto&& change) {
    EncodedTensor changed = good;
    change(changed);
    EXPECT_THROW(decode(changed), RunError);
  };
  refused([](EncodedTensor& tensor) { tensor.payload_bytes -= 1; });
  refused([](EncodedTensor& tensor) { tensor.codec = Codec::int8_zstd; });
  refused([](EncodedTensor& tensor) { tensor.codec = Codec::fp16_lz4; });
  refused([](EncodedTensor& tensor) { tensor.codec = static_cast<Codec>(0x31); });
  refused([](EncodedTensor& tensor) { tensor.codec = static_cast<Codec>(0x13); });  // packed png
  refused([](EncodedTensor& tensor) { tensor.shape = {1, 16, 40, 41}; });
  refused([](EncodedTensor& tensor) { tensor.shape = {1, 16, 4, 4}; });
  refused([](EncodedTensor& tensor) { tensor.shape = Shape(8, 32); });  // 2^40 elements
}

TEST(TensorCodec, EncodeRefusesWhatItCannotCarry) {
  const Tensor bytes = tensor_of<std::uint8_t>({1, 2, 3, 4}, DType::u8, {4});
  EXPECT_THROW(encode(bytes, Codec::int8), std::logic_error);
  EXPECT_THROW(encode(bytes, Codec::jpeg), std::logic_error);
  EXPECT_FALSE(can_encode(Codec::png, DType::u8, {2, 4, 4, 3}));
  EXPECT_FALSE(can_encode(Codec::png, DType::f32, {1, 4, 4, 3}));
  EXPECT_TRUE(can_encode(Codec::png, DType::u8, {1, 4, 4, 3}));
}

}  // namespace
}  // namespace branchline::transport
