#pragma once

#include <cstdint>

namespace branchline {

/// Where a unit runs. The numbers are part of the wire protocol and order the tiers from the input
/// outwards.
enum class Tier : std::uint8_t { device = 0, edge = 1, cloud = 2 };

constexpr const char* name_of(Tier tier) noexcept {
  return tier == Tier::device ? "device" : tier == Tier::edge ? "edge" : "cloud";
}

}  // namespace branchline
