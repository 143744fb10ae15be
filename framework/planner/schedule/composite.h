#pragma once

#include <algorithm>

#include "framework/planner/internal/wide_sum.h"
#include "framework/planner/schedule/upload_job.h"

namespace branchline::planner::schedule {

/// A run of jobs that stay together, seen as one job: its upload ends head + tail after its start,
/// if the uplink was free and what both machines do at once is left out. Kurisu 1976, Sidney 1979.
struct Composite {
  internal::WideSum head = 0;  ///< a
  internal::WideSum tail = 0;  ///< b

  friend bool operator==(const Composite&, const Composite&) = default;
};

inline Composite composite_of(const UploadJob& job) {
  return {job.compute.count(), job.upload.count()};
}

/// First x, then y.
inline Composite then(const Composite& x, const Composite& y) {
  const internal::WideSum none = 0;
  return {x.head + std::max(none, y.head - x.tail), y.tail + std::max(none, x.tail - y.head)};
}

/// Johnson's rule as an order of keys: first what has less head than tail, by ascending head; then
/// the rest, by descending tail. Johnson 1954.
inline bool runs_before(const Composite& x, const Composite& y) {
  const bool x_fills = x.head < x.tail, y_fills = y.head < y.tail;
  if (x_fills != y_fills) return x_fills;
  return x_fills ? x.head < y.head : x.tail > y.tail;
}

}  // namespace branchline::planner::schedule
