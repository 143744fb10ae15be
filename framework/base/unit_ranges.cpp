#include "framework/base/unit_ranges.h"

#include <algorithm>

namespace branchline {

UnitRanges to_ranges(std::vector<std::int32_t> units) {
  std::sort(units.begin(), units.end());
  UnitRanges ranges;
  for (const std::int32_t unit : units) {
    if (!ranges.empty() && unit <= ranges.back().last + 1) {
      ranges.back().last = std::max(ranges.back().last, unit);
    } else {
      ranges.push_back({unit, unit});
    }
  }
  return ranges;
}

std::vector<std::int32_t> to_units(const UnitRanges& ranges) {
  std::vector<std::int32_t> units;
  for (const UnitRange& range : ranges) {
    for (std::int32_t unit = range.first; unit <= range.last; ++unit) units.push_back(unit);
  }
  return units;
}

bool contains(const UnitRanges& ranges, std::int32_t unit) noexcept {
  return std::any_of(ranges.begin(), ranges.end(), [unit](const UnitRange& range) {
    return range.first <= unit && unit <= range.last;
  });
}

std::int64_t unit_count(const UnitRanges& ranges) noexcept {
  std::int64_t count = 0;
  for (const UnitRange& range : ranges) count += std::int64_t{range.last} - range.first + 1;
  return count;
}

std::string to_string(const UnitRanges& ranges) {
  if (ranges.empty()) return "none";
  std::string text;
  for (const UnitRange& range : ranges) {
    if (!text.empty()) text += ',';
    text += std::to_string(range.first);
    if (range.last != range.first) text += '-' + std::to_string(range.last);
  }
  return text;
}

}  // namespace branchline
