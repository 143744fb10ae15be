#include "transport/fp16_codec.h"

#include <bit>

namespace branchline::transport {
namespace {

constexpr std::uint32_t kFloatInfinity = 0x7F800000u;
constexpr std::uint32_t kLargestHalf = 0x477FE000u;         // 65504 as a float
constexpr std::uint32_t kSmallestNormalHalf = 0x38800000u;  // 2^-14 as a float

std::uint16_t half_of(float value) noexcept {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t sign = bits >> 16 & 0x8000u;
  const std::uint32_t magnitude = bits & 0x7FFFFFFFu;
  const std::uint32_t bounded = magnitude > kLargestHalf ? kLargestHalf : magnitude;
  // Rebias the exponent by 15 - 127 and round to even on the 13 bits that go.
  const std::uint32_t normal = (bounded + 0xC8000FFFu + (bounded >> 13 & 1u)) >> 13;
  // Adding 0.5 lets the float adder align and round the bits of a subnormal half.
  const std::uint32_t tiny =
      std::bit_cast<std::uint32_t>(std::bit_cast<float>(bounded) + 0.5f) - 0x3F000000u;
  std::uint32_t half = bounded < kSmallestNormalHalf ? tiny : normal;
  half = magnitude > kFloatInfinity ? 0x7E00u : half;
  return static_cast<std::uint16_t>(sign | half);
}

float float_of(std::uint16_t half) noexcept {
  const std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000u) << 16;
  const std::uint32_t magnitude = static_cast<std::uint32_t>(half & 0x7FFFu) << 13;
  const std::uint32_t exponent = magnitude & 0x0F800000u;
  const std::uint32_t rebiased = magnitude + 0x38000000u;
  const std::uint32_t special = rebiased + 0x38000000u;  // infinity or NaN
  const auto tiny =
      std::bit_cast<std::uint32_t>(std::bit_cast<float>(rebiased + 0x00800000u) - 0x1p-14f);
  const std::uint32_t finite = exponent == 0 ? tiny : rebiased;
  return std::bit_cast<float>(sign | (exponent == 0x0F800000u ? special : finite));
}

}  // namespace

void to_half(const float* values, std::size_t count, std::uint16_t* halves) noexcept {
  for (std::size_t i = 0; i < count; ++i) halves[i] = half_of(values[i]);
}

void from_half(const std::uint16_t* halves, std::size_t count, float* values) noexcept {
  for (std::size_t i = 0; i < count; ++i) values[i] = float_of(halves[i]);
}

}  // namespace branchline::transport
