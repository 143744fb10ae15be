#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace branchline {

/// Units first … last, both included.
struct UnitRange {
  std::int32_t first = 0;
  std::int32_t last = 0;

  friend bool operator==(const UnitRange& a, const UnitRange& b) {
    return a.first == b.first && a.last == b.last;
  }
  friend bool operator!=(const UnitRange& a, const UnitRange& b) { return !(a == b); }
};

/// A set of units, run-length: ascending, disjoint, never adjacent. How API, wire and reports name
/// a slice.
using UnitRanges = std::vector<UnitRange>;

/// @param units  ids in any order; duplicates are dropped.
UnitRanges to_ranges(std::vector<std::int32_t> units);

/// The ids, ascending.
std::vector<std::int32_t> to_units(const UnitRanges& ranges);

bool contains(const UnitRanges& ranges, std::int32_t unit) noexcept;

std::int64_t unit_count(const UnitRanges& ranges) noexcept;

/// "0-4,7,9-11"; "none" when empty.
std::string to_string(const UnitRanges& ranges);

}  // namespace branchline
