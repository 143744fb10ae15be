#include "transport/codec_kernels.h"

#if defined(__x86_64__) && defined(__GNUC__)

#include <cpuid.h>
#include <immintrin.h>

#include <array>

namespace branchline::transport {
namespace {

#define BL_AVX2 [[gnu::target("avx2,f16c")]]

constexpr std::size_t kFloatsInRegister = 8;

BL_AVX2 void avx2_to_half(const float* values, std::size_t count, std::uint16_t* halves) noexcept {
  const __m256 largest = _mm256_set1_ps(65504.0f);
  const __m256 smallest = _mm256_set1_ps(-65504.0f);
  std::size_t i = 0;
  for (; i + kFloatsInRegister <= count; i += kFloatsInRegister) {
    // Both return their second operand when one is NaN.
    const __m256 below = _mm256_min_ps(largest, _mm256_loadu_ps(values + i));
    const __m256 bounded = _mm256_max_ps(smallest, below);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(halves + i),
                     _mm256_cvtps_ph(bounded, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
  }
  portable_kernels().to_half(values + i, count - i, halves + i);
}

BL_AVX2 void avx2_from_half(const std::uint16_t* halves, std::size_t count,
                            float* values) noexcept {
  std::size_t i = 0;
  for (; i + kFloatsInRegister <= count; i += kFloatsInRegister) {
    const __m128i eight = _mm_loadu_si128(reinterpret_cast<const __m128i*>(halves + i));
    _mm256_storeu_ps(values + i, _mm256_cvtph_ps(eight));
  }
  portable_kernels().from_half(halves + i, count - i, values + i);
}

BL_AVX2 inline __m256 tamed_eight(const float* values) noexcept {
  const __m256 eight = _mm256_loadu_ps(values);
  const __m256 low = _mm256_max_ps(eight, _mm256_set1_ps(-1e37f));
  const __m256 both = _mm256_min_ps(low, _mm256_set1_ps(1e37f));
  return _mm256_and_ps(both, _mm256_cmp_ps(eight, eight, _CMP_ORD_Q));
}

BL_AVX2 void avx2_widen(Extent& extent, const float* values, std::size_t count) noexcept {
  __m256 low_even = _mm256_set1_ps(extent.low);
  __m256 low_odd = low_even;
  __m256 high_even = _mm256_set1_ps(extent.high);
  __m256 high_odd = high_even;
  std::size_t i = 0;
  for (; i + 2 * kFloatsInRegister <= count; i += 2 * kFloatsInRegister) {
    const __m256 even = tamed_eight(values + i);
    const __m256 odd = tamed_eight(values + i + kFloatsInRegister);
    low_even = _mm256_min_ps(even, low_even);
    high_even = _mm256_max_ps(even, high_even);
    low_odd = _mm256_min_ps(odd, low_odd);
    high_odd = _mm256_max_ps(odd, high_odd);
  }
  alignas(32) std::array<float, 2 * kFloatsInRegister> low;
  alignas(32) std::array<float, 2 * kFloatsInRegister> high;
  _mm256_store_ps(low.data(), low_even);
  _mm256_store_ps(low.data() + kFloatsInRegister, low_odd);
  _mm256_store_ps(high.data(), high_even);
  _mm256_store_ps(high.data() + kFloatsInRegister, high_odd);
  portable_kernels().widen(extent, values + i, count - i);
  for (std::size_t lane = 0; lane < low.size(); ++lane) extent.take(low[lane], high[lane]);
}

BL_AVX2 inline __m256i steps_of_eight(const float* values, __m256 minimum,
                                      __m256 steps_per_unit) noexcept {
  const __m256 above = _mm256_sub_ps(tamed_eight(values), minimum);
  const __m256 steps = _mm256_add_ps(_mm256_mul_ps(above, steps_per_unit), _mm256_set1_ps(0.5f));
  return _mm256_cvttps_epi32(_mm256_min_ps(steps, _mm256_set1_ps(255.0f)));
}

BL_AVX2 void avx2_quantise(const float* values, std::size_t count, float minimum,
                           float steps_per_unit, std::uint8_t* bytes) noexcept {
  const __m256 low = _mm256_set1_ps(minimum);
  const __m256 scale = _mm256_set1_ps(steps_per_unit);
  // Packing works within the halves of a register and leaves groups of four bytes in this order.
  const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
  constexpr std::size_t kStride = 4 * kFloatsInRegister;
  std::size_t i = 0;
  for (; i + kStride <= count; i += kStride) {
    const __m256i first = steps_of_eight(values + i, low, scale);
    const __m256i second = steps_of_eight(values + i + 8, low, scale);
    const __m256i third = steps_of_eight(values + i + 16, low, scale);
    const __m256i fourth = steps_of_eight(values + i + 24, low, scale);
    const __m256i packed =
        _mm256_packus_epi16(_mm256_packs_epi32(first, second), _mm256_packs_epi32(third, fourth));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(bytes + i),
                        _mm256_permutevar8x32_epi32(packed, order));
  }
  portable_kernels().quantise(values + i, count - i, minimum, steps_per_unit, bytes + i);
}

BL_AVX2 void avx2_dequantise(const std::uint8_t* bytes, std::size_t count, float minimum,
                             float step, float* values) noexcept {
  const __m256 low = _mm256_set1_ps(minimum);
  const __m256 scale = _mm256_set1_ps(step);
  std::size_t i = 0;
  for (; i + kFloatsInRegister <= count; i += kFloatsInRegister) {
    const __m128i eight = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(bytes + i));
    const __m256 steps = _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(eight));
    // Not fused: the portable loop rounds twice too.
    _mm256_storeu_ps(values + i, _mm256_add_ps(low, _mm256_mul_ps(steps, scale)));
  }
  portable_kernels().dequantise(bytes + i, count - i, minimum, step, values + i);
}

#undef BL_AVX2

bool machine_has_avx2_and_f16c() noexcept {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  // clang 14 does not know "f16c" as an argument of __builtin_cpu_supports.
  const bool f16c = __get_cpuid(1, &eax, &ebx, &ecx, &edx) != 0 && (ecx & bit_F16C) != 0;
  return f16c && __builtin_cpu_supports("avx2") != 0;
}

}  // namespace

const CodecKernels* avx2_kernels() noexcept {
  static constexpr CodecKernels kAvx2{"avx2",     avx2_to_half,  avx2_from_half,
                                      avx2_widen, avx2_quantise, avx2_dequantise};
  static const bool runs_here = machine_has_avx2_and_f16c();
  return runs_here ? &kAvx2 : nullptr;
}

}  // namespace branchline::transport

#else

namespace branchline::transport {

const CodecKernels* avx2_kernels() noexcept { return nullptr; }

}  // namespace branchline::transport

#endif
