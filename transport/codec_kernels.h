#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

namespace branchline::transport {

/// Least and greatest of some values; low > high when there are none.
struct Extent {
  float low = std::numeric_limits<float>::max();
  float high = std::numeric_limits<float>::lowest();

  void take(float least, float greatest) noexcept {
    low = least < low ? least : low;
    high = greatest > high ? greatest : high;
  }
};

/// The inner loops of the fp16 and int8 codecs, once for any machine and once for AVX2 with F16C:
/// chosen when the program runs, so that one build serves every machine. All sets give the same
/// bits for every input. Stateless; safe from any thread.
struct CodecKernels {
  const char* name;

  /// IEEE half precision, rounded to nearest even, saturating at ±65504 (infinities too); NaN stays
  /// NaN, with its sign and the upper bits of its payload.
  void (*to_half)(const float* values, std::size_t count, std::uint16_t* halves) noexcept;
  void (*from_half)(const std::uint16_t* halves, std::size_t count, float* values) noexcept;

  /// Widens the extent by values; NaN counts as 0, magnitudes above 10^37 as 10^37.
  void (*widen)(Extent& extent, const float* values, std::size_t count) noexcept;

  /// byte = (value - minimum) * steps_per_unit, to nearest, at most 255. Values as widen() takes
  /// them, none below minimum.
  void (*quantise)(const float* values, std::size_t count, float minimum, float steps_per_unit,
                   std::uint8_t* bytes) noexcept;
  /// value = minimum + byte * step
  void (*dequantise)(const std::uint8_t* bytes, std::size_t count, float minimum, float step,
                     float* values) noexcept;
};

const CodecKernels& portable_kernels() noexcept;

/// nullptr where the processor or the compiler's target has no AVX2 and F16C.
const CodecKernels* avx2_kernels() noexcept;

/// The fastest that this machine runs.
const CodecKernels& codec_kernels() noexcept;

}  // namespace branchline::transport
