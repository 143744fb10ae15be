#include "transport/codec_kernels.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

namespace branchline::transport {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

class EachKernels : public ::testing::TestWithParam<const CodecKernels*> {
 protected:
  void SetUp() override {
    if (GetParam() == nullptr) GTEST_SKIP() << "this machine has no AVX2 and F16C";
  }

  std::uint16_t half_of(float value) const {
    std::vector<float> values(9, value);  // one in the vector loop, one behind it
    std::vector<std::uint16_t> halves(9);
    GetParam()->to_half(values.data(), 9, halves.data());
    EXPECT_EQ(halves[0], halves[8]) << value;
    return halves[0];
  }

  float float_of(std::uint16_t half) const {
    std::vector<std::uint16_t> halves(9, half);
    std::vector<float> values(9);
    GetParam()->from_half(halves.data(), 9, values.data());
    EXPECT_EQ(std::memcmp(&values[0], &values[8], 4), 0) << half;
    return values[0];
  }
};

TEST_P(EachKernels, HalvesRoundToNearestEven) {
  const std::vector<std::pair<float, std::uint16_t>> cases = {
      {0.0f, 0x0000},         {-0.0f, 0x8000},           {1.0f, 0x3C00},
      {-2.0f, 0xC000},        {65504.0f, 0x7BFF},        {65519.0f, 0x7BFF},
      {1e9f, 0x7BFF},         {-kInfinity, 0xFBFF},      {0x1p-14f, 0x0400},
      {0x1p-24f, 0x0001},     {0x1p-25f, 0x0000},        {0x1.8p-25f, 0x0001},
      {0x1.8p-24f, 0x0002},   {1.0f + 0x1p-11f, 0x3C00}, {1.0f + 0x1.8p-10f, 0x3C02},
      {0x1.FF8p-15f, 0x03FF}, {-1e-45f, 0x8000}};
  for (const auto& [value, expected] : cases) EXPECT_EQ(half_of(value), expected) << value;
}

TEST_P(EachKernels, NanStaysNanWithItsSignAndUpperBits) {
  EXPECT_EQ(half_of(std::bit_cast<float>(0x7F802000u)), 0x7E01);  // signalling: becomes quiet
  EXPECT_EQ(half_of(std::bit_cast<float>(0xFFC04000u)), 0xFE02);
  EXPECT_EQ(std::bit_cast<std::uint32_t>(float_of(0x7C01)), 0x7FC02000u);
  EXPECT_EQ(std::bit_cast<std::uint32_t>(float_of(0xFC00)), 0xFF800000u);  // -infinity
}

TEST_P(EachKernels, EveryHalfSurvivesFloat) {
  for (unsigned bits = 0; bits < 0x10000; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    if ((half & 0x7C00) == 0x7C00) continue;
    const float value = float_of(half);
    const float expected =
        std::ldexp(static_cast<float>((half & 0x3FF) | (half & 0x7C00 ? 0x400 : 0)),
                   std::max(half >> 10 & 0x1F, 1) - 25);
    ASSERT_EQ(value, half & 0x8000 ? -expected : expected) << half;
    ASSERT_EQ(half_of(value), half);
  }
}

TEST_P(EachKernels, WidenTakesOddFloatsAsDocumented) {
  for (const std::size_t count : {1u, 5u, 16u, 40u}) {
    std::vector<float> values(count, NAN);
    Extent extent;
    GetParam()->widen(extent, values.data(), count);
    EXPECT_EQ(extent.low, 0) << count;
    EXPECT_EQ(extent.high, 0) << count;
    values.back() = -kInfinity;
    values.front() = count == 1 ? -kInfinity : 3e38f;
    GetParam()->widen(extent, values.data(), count);
    EXPECT_EQ(extent.low, -1e37f) << count;
    EXPECT_EQ(extent.high, count == 1 ? 0 : 1e37f) << count;
  }
}

INSTANTIATE_TEST_SUITE_P(CodecKernels, EachKernels,
                         ::testing::Values(&portable_kernels(), avx2_kernels()),
                         [](const auto& test) { return test.index == 0 ? "portable" : "avx2"; });

/// Every sign and exponent with mantissas around every place where rounding to half turns.
std::vector<float> telling_floats() {
  std::vector<float> floats;
  for (std::uint32_t top = 0; top < 512; ++top) {
    for (std::uint32_t kept = 0; kept < 1024; kept += top % 3 + 1) {
      for (const std::uint32_t cut : {0u, 1u, 0xFFFu, 0x1000u, 0x1001u, 0x1FFFu}) {
        floats.push_back(std::bit_cast<float>(top << 23 | kept << 13 | cut));
      }
    }
  }
  return floats;
}

class BothKernels : public ::testing::Test {
 protected:
  void SetUp() override {
    if (avx2_kernels() == nullptr) GTEST_SKIP() << "this machine has no AVX2 and F16C";
  }

  const CodecKernels& portable = portable_kernels();
};

template <class T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() &&
         (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0);
}

TEST_F(BothKernels, GiveTheSameHalves) {
  const std::vector<float> floats = telling_floats();
  std::vector<std::uint16_t> one(floats.size()), other(floats.size());
  portable.to_half(floats.data(), floats.size(), one.data());
  avx2_kernels()->to_half(floats.data(), floats.size(), other.data());
  EXPECT_TRUE(same_bits(one, other));
}

TEST_F(BothKernels, GiveTheSameFloatsForEveryHalf) {
  std::vector<std::uint16_t> halves(0x10000);
  for (std::size_t i = 0; i < halves.size(); ++i) halves[i] = static_cast<std::uint16_t>(i);
  std::vector<float> one(halves.size()), other(halves.size());
  portable.from_half(halves.data(), halves.size(), one.data());
  avx2_kernels()->from_half(halves.data(), halves.size(), other.data());
  EXPECT_TRUE(same_bits(one, other));
}

TEST_F(BothKernels, GiveTheSameBytesAndFloatsForInt8) {
  const std::vector<float> odd = telling_floats();
  std::mt19937 random(1);
  for (int round = 0; round < 400; ++round) {
    const std::size_t count = random() % 200;
    std::vector<float> values(count);
    const float scale = std::ldexp(1.0f, static_cast<int>(random() % 120) - 60);
    for (float& value : values) {
      value = (static_cast<float>(random() % 20001) - 8000) * scale;
      if (random() % (round % 4 == 0 ? 5 : 1000) == 0) value = odd[random() % odd.size()];
    }
    Extent one, other;
    portable.widen(one, values.data(), count);
    avx2_kernels()->widen(other, values.data(), count);
    ASSERT_EQ(std::memcmp(&one, &other, sizeof one), 0);
    const float step = count == 0 ? 0 : (one.high - one.low) / 255;
    std::vector<std::uint8_t> bytes(count), same(count);
    const float inverse = step >= std::numeric_limits<float>::min() ? 1 / step : 0;
    portable.quantise(values.data(), count, one.low, inverse, bytes.data());
    avx2_kernels()->quantise(values.data(), count, one.low, inverse, same.data());
    ASSERT_TRUE(same_bits(bytes, same));
    std::vector<float> back(count), equal(count);
    portable.dequantise(bytes.data(), count, one.low, step, back.data());
    avx2_kernels()->dequantise(bytes.data(), count, one.low, step, equal.data());
    ASSERT_TRUE(same_bits(back, equal));
  }
}

}  // namespace
}  // namespace branchline::transport
