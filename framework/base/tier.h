#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace branchline {

/// Where a unit runs. The numbers are part of the wire protocol and order the tiers from the input
/// outwards.
enum class Tier : std::uint8_t { device = 0, edge = 1, cloud = 2 };

constexpr const char* name_of(Tier tier) noexcept {
  return tier == Tier::device ? "device" : tier == Tier::edge ? "edge" : "cloud";
}

/// The tier that name_of calls `name`; nullopt when none does.
constexpr std::optional<Tier> tier_from_name(std::string_view name) noexcept {
  for (const Tier tier : {Tier::device, Tier::edge, Tier::cloud}) {
    if (name == name_of(tier)) return tier;
  }
  return std::nullopt;
}

}  // namespace branchline
