#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace branchline::runtime {

/// Why an edge turned somebody away as overloaded.
enum class Overload : std::uint8_t {
  too_late,     ///< it would not have ended within its budget
  fair_share,   ///< its client had much of late, and what room there is, is for others
  promised,     ///< it would have made one miss its deadline that was let in before
  queue_full,   ///< as many requests wait as may
  memory_full,  ///< the tensors that wait take all the memory set aside for them
  compiling,    ///< too many plans compile already
  stopping      ///< the queue is closed
};

/// As metrics name them.
inline constexpr std::array<const char*, 7> kOverloads = {
    "too_late", "fair_share", "promised", "queue_full", "memory_full", "compiling", "stopping"};

constexpr std::size_t index_of(Overload why) noexcept { return static_cast<std::size_t>(why); }

}  // namespace branchline::runtime
