#include "framework/planner/schedule/path_order.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "framework/planner/schedule/makespan.h"
#include "tests/support/upload_jobs.h"

namespace branchline::planner::schedule {
namespace {

using testing::upload_job;

// T5.1: Johnson's rule against all permutations.
TEST(PathOrder, SingleJobsRunInTheBestOfAllPermutations) {
  for (std::uint32_t seed = 0; seed < 2000; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const auto jobs = testing::random_jobs(random, 2 + static_cast<int>(seed % 6));
    JobOrder permutation = index_order(jobs);
    std::int64_t least = testing::reference_makespan(jobs, permutation);
    while (std::next_permutation(permutation.begin(), permutation.end())) {
      least = std::min(least, testing::reference_makespan(jobs, permutation));
    }
    EXPECT_EQ(makespan(jobs, path_order(jobs).value()).count(), least);
  }
}

/// A stem of 0-2 jobs, then chains of 1-3 jobs that send anywhere.
struct Paths {
  std::vector<UploadJob> jobs;
  std::vector<JobOrder> chains;
  JobOrder stem;
};

Paths random_paths(std::uint32_t seed) {
  std::mt19937 random(seed);
  Paths paths;
  const int stem = static_cast<int>(random() % 3), chains = 2 + static_cast<int>(random() % 4);
  std::vector<int> length;
  int count = stem;
  for (int chain = 0; chain < chains; ++chain) {
    length.push_back(1 + static_cast<int>(random() % 3));
    count += length.back();
  }
  paths.jobs = testing::random_jobs(random, count);
  std::int32_t next = 0;
  for (; next < stem; ++next) {
    if (next > 0) paths.jobs[static_cast<std::size_t>(next)].predecessors = {next - 1};
    paths.stem.push_back(next);
  }
  for (const int jobs : length) {
    JobOrder chain;
    for (int step = 0; step < jobs; ++step, ++next) {
      auto& before = paths.jobs[static_cast<std::size_t>(next)].predecessors;
      if (step > 0) before = {next - 1};
      if (step == 0 && stem > 0) before = {static_cast<std::int32_t>(stem - 1)};
      chain.push_back(next);
    }
    paths.chains.push_back(chain);
  }
  return paths;
}

TEST(PathOrder, WholePathsRunInTheBestOfAllPermutations) {
  for (std::uint32_t seed = 0; seed < 2000; ++seed) {
    SCOPED_TRACE(seed);
    const Paths paths = random_paths(seed);
    std::vector<std::size_t> permutation(paths.chains.size());
    for (std::size_t i = 0; i < permutation.size(); ++i) permutation[i] = i;
    std::int64_t least = std::numeric_limits<std::int64_t>::max();
    do {
      JobOrder order = paths.stem;
      for (const std::size_t chain : permutation) {
        order.insert(order.end(), paths.chains[chain].begin(), paths.chains[chain].end());
      }
      least = std::min(least, testing::reference_makespan(paths.jobs, order));
    } while (std::next_permutation(permutation.begin(), permutation.end()));
    const std::optional<JobOrder> order = path_order(paths.jobs);
    ASSERT_TRUE(order);
    EXPECT_TRUE(is_linear_extension(paths.jobs, *order));
    EXPECT_EQ(makespan(paths.jobs, *order).count(), least);
  }
}

/// A skip edge along a path or out of the stem orders nothing new.
///
///     0 ─► 1 ─┬─► 2 ─► 3      0 also precedes 2, 1 also precedes 3
///             └─► 4
TEST(PathOrder, HeedsNoRedundantEdges) {
  const std::vector<UploadJob> jobs = {upload_job(1, 0), upload_job(1, 0, {0}),
                                       upload_job(9, 1, {1}), upload_job(1, 1, {1, 2}),
                                       upload_job(1, 9, {1})};
  EXPECT_EQ(path_order(jobs), (JobOrder{0, 1, 4, 2, 3}));
}

TEST(PathOrder, RefusesJoinsAndInnerBranches) {
  EXPECT_FALSE(path_order({upload_job(1, 1), upload_job(1, 1), upload_job(1, 1, {0, 1})}));
  EXPECT_FALSE(path_order({upload_job(1, 1), upload_job(1, 1, {0}), upload_job(1, 1, {0}),
                           upload_job(1, 1, {2}), upload_job(1, 1, {2})}));
}

}  // namespace
}  // namespace branchline::planner::schedule
