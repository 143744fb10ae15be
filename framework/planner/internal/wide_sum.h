#pragma once

#include <cstdint>
#include <limits>

#include "framework/graph/unit.h"

namespace branchline::planner::internal {

/// Sums of times or bytes that cannot overflow: room for 2^64 terms of 63 bits. Sums stay exact in
/// it, so that a prefix can be subtracted again, and are clamped once, when they are compared.
__extension__ typedef __int128 WideSum;

inline std::int64_t clamped(WideSum sum) noexcept {
  constexpr WideSum kLargest = std::numeric_limits<std::int64_t>::max();
  return static_cast<std::int64_t>(sum < kLargest ? sum : kLargest);
}

inline graph::Nanoseconds clamped_time(WideSum sum) noexcept {
  return graph::Nanoseconds(clamped(sum));
}

}  // namespace branchline::planner::internal
