#include "framework/planner/schedule/lookahead_order.h"

#include <gtest/gtest.h>

#include <iostream>

#include "framework/planner/schedule/composite_order.h"
#include "framework/planner/schedule/makespan.h"
#include "tests/support/upload_jobs.h"

namespace branchline::planner::schedule {
namespace {

using testing::Shape;
using testing::upload_job;

/// How far a schedule is from the least makespan, over many instances.
struct Gap {
  int cases = 0, optimal = 0;
  double sum = 0, worst = 1;

  void add(std::int64_t found, std::int64_t least) {
    const double ratio = least == 0 ? 1.0 : static_cast<double>(found) / static_cast<double>(least);
    ++cases;
    optimal += found == least ? 1 : 0;
    sum += ratio;
    worst = std::max(worst, ratio);
  }
  double mean() const { return sum / cases; }
  double share_optimal() const { return static_cast<double>(optimal) / cases; }
};

std::ostream& operator<<(std::ostream& out, const Gap& gap) {
  return out << "optimal " << gap.share_optimal() * 100 << " %, mean " << gap.mean() << ", max "
             << gap.worst << " over " << gap.cases;
}

// T5.4, the gap as measured: the bounds are a little above what these seeds give.
TEST(LookaheadOrder, IsOptimalAlmostAlways) {
  Gap heuristic, plain;
  for (std::uint32_t seed = 0; seed < 4000; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const auto jobs = testing::random_jobs(random, 4 + static_cast<int>(seed % 6), Shape::dag);
    const JobOrder order = lookahead_order(jobs);
    ASSERT_TRUE(is_linear_extension(jobs, order));
    const std::int64_t least = testing::least_makespan(jobs);
    heuristic.add(makespan(jobs, order).count(), least);
    plain.add(makespan(jobs, index_order(jobs)).count(), least);
  }
  std::cout << "look-ahead: " << heuristic << "\nplain:      " << plain << '\n';
  EXPECT_GE(heuristic.share_optimal(), 0.95);
  EXPECT_LE(heuristic.mean(), 1.005);
  EXPECT_LE(heuristic.worst, 1.5);
}

TEST(LookaheadOrder, IsNeverLongerThanPlainOrder) {
  for (std::uint32_t seed = 0; seed < 2000; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const auto jobs = testing::random_jobs(random, 2 + static_cast<int>(seed % 40), Shape::dag);
    const JobOrder order = lookahead_order(jobs);
    ASSERT_TRUE(is_linear_extension(jobs, order));
    EXPECT_LE(makespan(jobs, order), makespan(jobs, index_order(jobs)));
  }
}

/// Blocks in line, each of four branches of 1, 2, 3 and 2 units that join; late units of the
/// branches are sent, as if the cut ran through the last block.
std::vector<UploadJob> inception_blocks(std::mt19937& random, int blocks) {
  std::vector<UploadJob> jobs = {upload_job(5, 0)};
  const auto time = [&random] {
    return std::uniform_int_distribution<std::int64_t>(1, 100)(random);
  };
  std::int32_t joined = 0;
  for (int block = 0; block < blocks; ++block) {
    const bool last = block + 1 == blocks;
    std::vector<std::int32_t> ends;
    for (const int length : {1, 2, 3, 2}) {
      std::int32_t before = joined;
      for (int step = 0; step < length; ++step) {
        jobs.push_back(upload_job(time(), last && random() % 3 != 0 ? time() : 0, {before}));
        before = static_cast<std::int32_t>(jobs.size()) - 1;
      }
      ends.push_back(before);
    }
    jobs.push_back(upload_job(time(), last ? time() : 0, ends));
    joined = static_cast<std::int32_t>(jobs.size()) - 1;
  }
  return jobs;
}

JobOrder random_order(std::mt19937& random, const std::vector<UploadJob>& jobs) {
  std::vector<std::size_t> waits(jobs.size());
  const auto after = successors(jobs);
  JobOrder ready, order;
  for (std::size_t job = 0; job < jobs.size(); ++job) {
    waits[job] = jobs[job].predecessors.size();
    if (waits[job] == 0) ready.push_back(static_cast<std::int32_t>(job));
  }
  while (!ready.empty()) {
    std::swap(ready[random() % ready.size()], ready.back());
    order.push_back(ready.back());
    ready.pop_back();
    for (const std::int32_t next : after[static_cast<std::size_t>(order.back())]) {
      if (--waits[static_cast<std::size_t>(next)] == 0) ready.push_back(next);
    }
  }
  return order;
}

TEST(LookaheadOrder, BeatsTheBestOfAThousandRandomOrdersOnInceptionBlocks) {
  Gap gap;
  for (std::uint32_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const auto jobs = inception_blocks(random, 1 + static_cast<int>(seed % 3));
    const Nanoseconds found = makespan(jobs, lookahead_order(jobs));
    Nanoseconds best = Nanoseconds::max();
    for (int draw = 0; draw < 1000; ++draw) {
      best = std::min(best, makespan(jobs, random_order(random, jobs)));
    }
    EXPECT_LE(found, best);
    gap.add(
        found.count(),
        makespan(jobs, composite_order(jobs, series_parallel_precedence(jobs).value())).count());
  }
  std::cout << "look-ahead on inception blocks, against the optimum: " << gap << '\n';
}

/// Job 3 is worth little, but opens job 4, whose upload should start early: only looking ahead
/// finds it.
TEST(LookaheadOrder, RunsAJobForWhatItMakesReady) {
  const std::vector<UploadJob> jobs = {upload_job(2, 3), upload_job(1, 0), upload_job(1, 20, {1})};
  EXPECT_EQ(lookahead_order(jobs), (JobOrder{0, 1, 2}));
  const std::vector<UploadJob> eager = {upload_job(4, 5), upload_job(1, 0), upload_job(1, 20, {1})};
  EXPECT_EQ(lookahead_order(eager), (JobOrder{1, 2, 0}));
}

}  // namespace
}  // namespace branchline::planner::schedule
