#pragma once

#include <cstddef>
#include <cstdint>

namespace branchline::transport {

/// IEEE half precision, rounded to nearest even, saturating at ±65504 (infinities too); NaN stays
/// NaN. Branch-free, so that the compiler vectorises both.
void to_half(const float* values, std::size_t count, std::uint16_t* halves) noexcept;
void from_half(const std::uint16_t* halves, std::size_t count, float* values) noexcept;

}  // namespace branchline::transport
