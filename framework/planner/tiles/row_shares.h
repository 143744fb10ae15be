#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "framework/graph/unit.h"
#include "framework/planner/tiles/interval.h"

namespace branchline::planner::tiles {

/// Time worker `worker` takes for these rows of the output, everything included: its speed, the
/// halo that these rows need, its link. Never called with no rows (which take no time), never
/// negative, and never less for more rows: t(a) <= t(b) wherever b holds a.
using RowTime = std::function<graph::Nanoseconds(std::size_t worker, Interval rows)>;

struct RowShares {
  std::vector<Interval> rows;  ///< by worker, from top to bottom; empty: it has nothing to do
  graph::Nanoseconds slowest{0};

  friend bool operator==(const RowShares&, const RowShares&) = default;
};

/// Rows for unequal workers such that the slowest of them is done as early as possible.
///
/// @param rows     of the output map, >= 1
/// @param workers  >= 1; they get their rows in this order
/// @returns the least possible `slowest`; the first workers then take as many rows as they can
///          manage in that time, so the last ones may get few or none.
/// Bisection on the time; greedy filling is exact for it because a worker that starts lower can
/// only reach lower. O(workers * log(rows) * log(time)) calls of `time`. Stateless. CoEdge
/// (ToN 2021) states the problem, with times that are linear in the rows; here they need not be.
RowShares share_rows(std::int64_t rows, std::size_t workers, const RowTime& time);

}  // namespace branchline::planner::tiles
