#include "transport/codec_kernels.h"

#include <array>
#include <bit>

namespace branchline::transport {
namespace {

constexpr float kLargestMagnitude = 1e37f;
constexpr std::uint32_t kFloatInfinity = 0x7F800000u;
constexpr std::uint32_t kLargestHalf = 0x477FE000u;         // 65504 as a float
constexpr std::uint32_t kSmallestNormalHalf = 0x38800000u;  // 2^-14 as a float

/// `a` where the condition holds, else `b`. Of a plain choice between two results GCC makes a
/// branch where one comes from floating point, and then vectorises nothing.
std::uint32_t choice(bool condition, std::uint32_t a, std::uint32_t b) noexcept {
  const std::uint32_t mask = 0u - static_cast<std::uint32_t>(condition);
  return (a & mask) | (b & ~mask);
}

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
  const std::uint32_t number = choice(bounded < kSmallestNormalHalf, tiny, normal);
  const std::uint32_t nan = 0x7E00u | (magnitude >> 13 & 0x03FFu);
  return static_cast<std::uint16_t>(sign | choice(magnitude > kFloatInfinity, nan, number));
}

float float_of(std::uint16_t half) noexcept {
  const std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000u) << 16;
  const std::uint32_t magnitude = static_cast<std::uint32_t>(half & 0x7FFFu) << 13;
  const std::uint32_t rebiased = magnitude + 0x38000000u;
  const std::uint32_t special = rebiased + 0x38000000u;  // infinity or NaN
  const std::uint32_t quiet = choice(special > kFloatInfinity, 0x00400000u, 0u);
  const auto tiny =
      std::bit_cast<std::uint32_t>(std::bit_cast<float>(rebiased + 0x00800000u) - 0x1p-14f);
  const std::uint32_t finite = choice(magnitude < 0x00800000u, tiny, rebiased);
  return std::bit_cast<float>(sign | choice(magnitude >= 0x0F800000u, special | quiet, finite));
}

/// Ordered so that NaN fails the comparison and becomes 0.
float tamed(float value) noexcept {
  const float low = value > -kLargestMagnitude ? value : -kLargestMagnitude;
  const float both = low < kLargestMagnitude ? low : kLargestMagnitude;
  return value == value ? both : 0.0f;
}

void portable_to_half(const float* values, std::size_t count, std::uint16_t* halves) noexcept {
  for (std::size_t i = 0; i < count; ++i) halves[i] = half_of(values[i]);
}

void portable_from_half(const std::uint16_t* halves, std::size_t count, float* values) noexcept {
  for (std::size_t i = 0; i < count; ++i) values[i] = float_of(halves[i]);
}

/// Sixteen independent lanes: a single running minimum would keep the compiler from vectorising.
/// The other kernels use as many: of -0 and 0 the one that a lane meets first is the least.
void portable_widen(Extent& extent, const float* values, std::size_t count) noexcept {
  constexpr std::size_t kLanes = 16;
  std::array<float, kLanes> low;
  std::array<float, kLanes> high;
  low.fill(extent.low);
  high.fill(extent.high);
  std::size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const float value = tamed(values[i + lane]);
      low[lane] = value < low[lane] ? value : low[lane];
      high[lane] = value > high[lane] ? value : high[lane];
    }
  }
  for (; i < count; ++i) extent.take(tamed(values[i]), tamed(values[i]));
  for (std::size_t lane = 0; lane < kLanes; ++lane) extent.take(low[lane], high[lane]);
}

void portable_quantise(const float* values, std::size_t count, float minimum, float steps_per_unit,
                       std::uint8_t* bytes) noexcept {
  for (std::size_t i = 0; i < count; ++i) {
    const float steps = (tamed(values[i]) - minimum) * steps_per_unit + 0.5f;
    bytes[i] =
        static_cast<std::uint8_t>(static_cast<std::int32_t>(steps < 255.0f ? steps : 255.0f));
  }
}

void portable_dequantise(const std::uint8_t* bytes, std::size_t count, float minimum, float step,
                         float* values) noexcept {
  for (std::size_t i = 0; i < count; ++i) {
    values[i] = minimum + static_cast<float>(bytes[i]) * step;
  }
}

}  // namespace

const CodecKernels& portable_kernels() noexcept {
  static constexpr CodecKernels kPortable{"portable",     portable_to_half,  portable_from_half,
                                          portable_widen, portable_quantise, portable_dequantise};
  return kPortable;
}

const CodecKernels& codec_kernels() noexcept {
  static const CodecKernels& fastest =
      avx2_kernels() != nullptr ? *avx2_kernels() : portable_kernels();
  return fastest;
}

}  // namespace branchline::transport
