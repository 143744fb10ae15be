#pragma once

#include <algorithm>
#include <cstdint>

namespace branchline::planner::tiles {

/// Positions [begin, end) of a feature map on one axis.
struct Interval {
  std::int64_t begin = 0;
  std::int64_t end = 0;

  std::int64_t size() const { return empty() ? 0 : end - begin; }
  bool empty() const { return end <= begin; }

  friend bool operator==(const Interval&, const Interval&) = default;
};

/// The smallest interval that holds both; an empty one adds nothing.
inline Interval hull(Interval a, Interval b) {
  if (a.empty()) return b;
  if (b.empty()) return a;
  return {std::min(a.begin, b.begin), std::max(a.end, b.end)};
}

/// A rectangle of a feature map, all channels.
struct Region {
  Interval rows;
  Interval columns;

  std::int64_t area() const { return rows.size() * columns.size(); }
  bool empty() const { return rows.empty() || columns.empty(); }

  friend bool operator==(const Region&, const Region&) = default;
};

}  // namespace branchline::planner::tiles
