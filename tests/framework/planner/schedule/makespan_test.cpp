#include "framework/planner/schedule/makespan.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/support/upload_jobs.h"

namespace branchline::planner::schedule {
namespace {

using testing::upload_job;

TEST(Makespan, OverlapsUploadsWithTheNextCompute) {
  const std::vector<UploadJob> jobs = {upload_job(3, 5), upload_job(4, 2), upload_job(1, 0)};
  EXPECT_EQ(makespan(jobs, {0, 1, 2}), Nanoseconds(3 + 5 + 2));
  EXPECT_EQ(makespan(jobs, {1, 0, 2}), Nanoseconds(4 + 3 + 5));
  EXPECT_EQ(makespan(jobs, {2, 1, 0}), Nanoseconds(1 + 4 + 3 + 5));
  EXPECT_EQ(makespan({}, {}), Nanoseconds(0));
}

TEST(Makespan, EqualsTheFormulaOnEveryOrder) {
  for (std::uint32_t seed = 0; seed < 200; ++seed) {
    std::mt19937 random(seed);
    const auto jobs = testing::random_jobs(random, 2 + static_cast<int>(seed % 4));
    testing::for_each_linear_extension(jobs, [&](const JobOrder& order) {
      EXPECT_EQ(makespan(jobs, order).count(), testing::reference_makespan(jobs, order));
    });
  }
}

TEST(Makespan, Saturates) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(makespan({upload_job(kMost, kMost), upload_job(kMost, kMost)}, {0, 1}),
            Nanoseconds(kMost));
}

TEST(Makespan, RefusesAnIncompleteOrder) {
  EXPECT_THROW(makespan({upload_job(1, 1)}, {}), std::logic_error);
}

TEST(IsLinearExtension, KnowsWhatPrecedenceAllows) {
  const std::vector<UploadJob> jobs = {upload_job(1, 1), upload_job(1, 1, {0}), upload_job(1, 1)};
  EXPECT_TRUE(is_linear_extension(jobs, {0, 1, 2}));
  EXPECT_TRUE(is_linear_extension(jobs, {2, 0, 1}));
  EXPECT_FALSE(is_linear_extension(jobs, {1, 0, 2}));
  EXPECT_FALSE(is_linear_extension(jobs, {0, 1}));
  EXPECT_FALSE(is_linear_extension(jobs, {0, 1, 1}));
  EXPECT_FALSE(is_linear_extension(jobs, {0, 1, 3}));
}

TEST(Successors, RefusesAPredecessorThatComesLater) {
  EXPECT_THROW(successors({upload_job(1, 1, {1}), upload_job(1, 1)}), std::logic_error);
  EXPECT_EQ(successors({upload_job(1, 1), upload_job(1, 1, {0, 0})}),
            (std::vector<std::vector<std::int32_t>>{{1}, {}}));
}

}  // namespace
}  // namespace branchline::planner::schedule
