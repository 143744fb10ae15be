#include "framework/planner/schedule/composite_order.h"

#include <gtest/gtest.h>

#include <iostream>

#include "framework/planner/schedule/makespan.h"
#include "framework/planner/schedule/path_order.h"
#include "tests/support/upload_jobs.h"

namespace branchline::planner::schedule {
namespace {

using testing::Shape;
using testing::upload_job;

JobOrder tree_order(const std::vector<UploadJob>& jobs) {
  return composite_order(jobs, tree_precedence(jobs).value());
}

JobOrder series_parallel_order(const std::vector<UploadJob>& jobs) {
  return composite_order(jobs, series_parallel_precedence(jobs).value());
}

/// T5.1, T5.2 over `seeds` instances of up to nine jobs.
void expect_optimal(Shape shape, JobOrder (*schedule)(const std::vector<UploadJob>&),
                    std::uint32_t seeds) {
  int better_than_plain = 0;
  for (std::uint32_t seed = 0; seed < seeds; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    // Small numbers make ties, large ones do not.
    const std::int64_t largest = seed % 3 == 0 ? 3 : seed % 3 == 1 ? 20 : 1000;
    const auto jobs = testing::random_jobs(random, 2 + static_cast<int>(seed % 8), shape, largest);
    const JobOrder order = schedule(jobs);
    ASSERT_TRUE(is_linear_extension(jobs, order));
    ASSERT_EQ(makespan(jobs, order).count(), testing::least_makespan(jobs));
    better_than_plain += makespan(jobs, order) < makespan(jobs, index_order(jobs)) ? 1 : 0;
  }
  EXPECT_GT(better_than_plain, static_cast<int>(seeds / 5)) << "else the instances are too easy";
}

TEST(CompositeOrder, IsOptimalOnOutTrees) { expect_optimal(Shape::out_tree, tree_order, 3000); }

TEST(CompositeOrder, IsOptimalOnInTrees) { expect_optimal(Shape::in_tree, tree_order, 3000); }

TEST(CompositeOrder, IsOptimalOnSeriesParallelOrders) {
  expect_optimal(Shape::series_parallel, series_parallel_order, 6000);
}

TEST(CompositeOrder, TreesAreSeriesParallelToo) {
  expect_optimal(Shape::out_tree, series_parallel_order, 500);
  expect_optimal(Shape::in_tree, series_parallel_order, 500);
}

/// A long upload hides behind a short unit in the middle of a path: whole paths cannot reach it
/// first.
///
///     0 ─┬─► 1 ─► 2
///        └─► 3
TEST(CompositeOrder, InterleavesPathsWhereThatIsShorter) {
  const std::vector<UploadJob> jobs = {upload_job(0, 0), upload_job(1, 10, {0}),
                                       upload_job(10, 0, {1}), upload_job(2, 9, {0})};
  EXPECT_EQ(makespan(jobs, tree_order(jobs)), Nanoseconds(20));
  EXPECT_EQ(makespan(jobs, path_order(jobs).value()), Nanoseconds(21));
}

/// The share of random forests of paths on which whole paths are worse, and by how much.
TEST(CompositeOrder, IsNeverWorseThanWholePaths) {
  int worse = 0, cases = 0;
  double worst = 1;
  for (std::uint32_t seed = 0; seed < 4000; ++seed) {
    std::mt19937 random(seed);
    const auto jobs = testing::random_jobs(random, 4 + static_cast<int>(seed % 6), Shape::out_tree);
    const std::optional<JobOrder> paths = path_order(jobs);
    if (!paths) continue;
    const Nanoseconds layers = makespan(jobs, tree_order(jobs));
    ASSERT_LE(layers, makespan(jobs, *paths));
    ++cases;
    worse += layers < makespan(jobs, *paths) ? 1 : 0;
    worst = std::max(worst, static_cast<double>(makespan(jobs, *paths).count()) /
                                static_cast<double>(layers.count()));
  }
  std::cout << "whole paths worse on " << worse << " of " << cases << ", at most " << worst
            << " times\n";
  EXPECT_GT(cases, 500);
  EXPECT_GT(worse, 0);
}

TEST(CompositeOrder, HandlesDeepAndWideTrees) {
  for (const Shape shape : {Shape::out_tree, Shape::in_tree}) {
    std::mt19937 random(1);
    const auto jobs = testing::random_jobs(random, 20000, shape, 1000000);
    const JobOrder order = tree_order(jobs);
    EXPECT_TRUE(is_linear_extension(jobs, order));
    EXPECT_LE(makespan(jobs, order), makespan(jobs, index_order(jobs)));
  }
  std::vector<UploadJob> chain;
  for (std::int32_t job = 0; job < 100000; ++job) {
    chain.push_back(upload_job(
        1, 1, job > 0 ? std::vector<std::int32_t>{job - 1} : std::vector<std::int32_t>{}));
  }
  EXPECT_EQ(tree_order(chain), index_order(chain));
}

}  // namespace
}  // namespace branchline::planner::schedule
