#include "framework/planner/tiles/row_shares.h"

#include <algorithm>
#include <string>

#include "framework/base/error.h"

namespace branchline::planner::tiles {
namespace {

using graph::Nanoseconds;

/// Fills the workers from the top, each with as many rows as it can manage in `limit`.
class GreedyFilling {
 public:
  GreedyFilling(std::int64_t rows, std::size_t workers, const RowTime& time)
      : rows_(rows), time_(time), shares_(workers) {}

  /// @returns whether all rows have a worker.
  bool fill(Nanoseconds limit) {
    std::int64_t begin = 0;
    for (std::size_t worker = 0; worker < shares_.size(); ++worker) {
      shares_[worker] = {begin, reach(worker, begin, limit)};
      begin = shares_[worker].end;
    }
    return begin == rows_;
  }

  const std::vector<Interval>& shares() const { return shares_; }

 private:
  /// The last row, exclusive, that the worker manages from `begin`.
  std::int64_t reach(std::size_t worker, std::int64_t begin, Nanoseconds limit) const {
    std::int64_t within = begin, beyond = rows_ + 1;
    while (within + 1 < beyond) {
      const std::int64_t middle = within + (beyond - within) / 2;
      (time_(worker, {begin, middle}) <= limit ? within : beyond) = middle;
    }
    return within;
  }

  std::int64_t rows_;
  const RowTime& time_;
  std::vector<Interval> shares_;
};

}  // namespace

RowShares share_rows(std::int64_t rows, std::size_t workers, const RowTime& time) {
  BL_EXPECT(rows >= 1 && workers >= 1,
            std::to_string(rows) + " rows for " + std::to_string(workers) + " workers");
  Nanoseconds enough = time(0, {0, rows});
  for (std::size_t worker = 1; worker < workers; ++worker) {
    enough = std::min(enough, time(worker, {0, rows}));
  }
  GreedyFilling filling(rows, workers, time);
  Nanoseconds too_little{0};
  if (filling.fill(too_little)) enough = too_little;
  while (enough - too_little > Nanoseconds(1)) {
    const Nanoseconds middle = too_little + (enough - too_little) / 2;
    (filling.fill(middle) ? enough : too_little) = middle;
  }
  filling.fill(enough);
  return {filling.shares(), enough};
}

}  // namespace branchline::planner::tiles
