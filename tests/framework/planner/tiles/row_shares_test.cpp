#include "framework/planner/tiles/row_shares.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace branchline::planner::tiles {
namespace {

using graph::Nanoseconds;

Nanoseconds time_of(const RowTime& time, std::size_t worker, Interval rows) {
  return rows.empty() ? Nanoseconds(0) : time(worker, rows);
}

/// The best time of all ways to divide rows from `begin` on among the workers from `worker` on.
Nanoseconds brute_force(std::int64_t rows, std::size_t workers, const RowTime& time,
                        std::size_t worker = 0, std::int64_t begin = 0) {
  if (worker + 1 == workers) return time_of(time, worker, {begin, rows});
  Nanoseconds best = Nanoseconds::max();
  for (std::int64_t end = begin; end <= rows; ++end) {
    best = std::min(best, std::max(time_of(time, worker, {begin, end}),
                                   brute_force(rows, workers, time, worker + 1, end)));
  }
  return best;
}

void expect_best(std::int64_t rows, std::size_t workers, const RowTime& time) {
  const RowShares shares = share_rows(rows, workers, time);
  EXPECT_EQ(shares.slowest, brute_force(rows, workers, time));
  ASSERT_EQ(shares.rows.size(), workers);
  std::int64_t begin = 0;
  Nanoseconds slowest{0};
  for (std::size_t worker = 0; worker < workers; ++worker) {
    ASSERT_EQ(shares.rows[worker].begin, begin);
    ASSERT_GE(shares.rows[worker].end, begin);
    begin = shares.rows[worker].end;
    slowest = std::max(slowest, time_of(time, worker, shares.rows[worker]));
  }
  EXPECT_EQ(begin, rows);
  EXPECT_EQ(slowest, shares.slowest);
}

/// speed * rows + halo + link, as CoEdge has it.
TEST(RowShares, EqualBruteForceForLinearTimes) {
  for (std::uint32_t seed = 0; seed < 2000; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const auto number = [&random](std::int64_t least, std::int64_t most) {
      return std::uniform_int_distribution<std::int64_t>(least, most)(random);
    };
    const auto workers = static_cast<std::size_t>(number(1, 5));
    std::vector<std::int64_t> speed(workers), halo(workers), link(workers);
    for (std::size_t worker = 0; worker < workers; ++worker) {
      speed[worker] = number(0, seed % 3 == 0 ? 3 : 1000);
      halo[worker] = speed[worker] * number(0, 3);
      link[worker] = number(0, seed % 2 == 0 ? 0 : 4000);
    }
    expect_best(number(1, 12), workers, [&](std::size_t worker, Interval rows) {
      return Nanoseconds(speed[worker] * rows.size() + halo[worker] + link[worker]);
    });
  }
}

/// Any time that grows with the rows: each row has its own cost, and steps cost extra.
TEST(RowShares, EqualBruteForceForTimesThatDependOnWhichRows) {
  for (std::uint32_t seed = 0; seed < 2000; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const std::int64_t count = 1 + seed % 11;
    const std::size_t workers = 1 + seed % 4;
    std::vector<std::int64_t> cost(static_cast<std::size_t>(count));
    for (std::int64_t& row : cost) row = std::uniform_int_distribution<std::int64_t>(0, 50)(random);
    expect_best(count, workers, [&](std::size_t worker, Interval rows) {
      std::int64_t sum = 7 * static_cast<std::int64_t>(worker) + (rows.size() / 3) * 20;
      for (std::int64_t row = rows.begin; row < rows.end; ++row) {
        sum += cost[static_cast<std::size_t>(row)] * static_cast<std::int64_t>(1 + worker);
      }
      return Nanoseconds(sum);
    });
  }
}

TEST(RowShares, LeaveAWorkerOutThatOnlyCosts) {
  const RowShares shares = share_rows(10, 3, [](std::size_t worker, Interval rows) {
    return Nanoseconds(rows.size() + (worker == 1 ? 1000 : 0));
  });
  EXPECT_EQ(shares.slowest, Nanoseconds(5));
  EXPECT_TRUE(shares.rows[1].empty());
}

TEST(RowShares, AreMadeWhenNobodyTakesTimeOrTimeIsEndless) {
  EXPECT_EQ(share_rows(4, 2, [](std::size_t, Interval) { return Nanoseconds(0); }).slowest,
            Nanoseconds(0));
  const RowShares endless =
      share_rows(4, 2, [](std::size_t, Interval) { return Nanoseconds::max(); });
  EXPECT_EQ(endless.slowest, Nanoseconds::max());
  EXPECT_EQ(endless.rows[0], (Interval{0, 4}));
}

TEST(RowShares, NeedRowsAndWorkers) {
  const RowTime time = [](std::size_t, Interval) { return Nanoseconds(1); };
  EXPECT_THROW(share_rows(0, 2, time), std::logic_error);
  EXPECT_THROW(share_rows(2, 0, time), std::logic_error);
}

}  // namespace
}  // namespace branchline::planner::tiles
