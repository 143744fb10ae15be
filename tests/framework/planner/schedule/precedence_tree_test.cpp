#include "framework/planner/schedule/precedence_tree.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/upload_jobs.h"

namespace branchline::planner::schedule {
namespace {

using testing::Shape;
using testing::upload_job;
using Kind = PrecedenceTree::Kind;
using Pairs = std::vector<std::vector<bool>>;

/// before[a][b]: a precedes b, by the transitive closure.
Pairs closure(const std::vector<UploadJob>& jobs) {
  Pairs before(jobs.size(), std::vector<bool>(jobs.size(), false));
  for (std::size_t b = 0; b < jobs.size(); ++b) {
    for (const std::int32_t direct : jobs[b].predecessors) {
      before[static_cast<std::size_t>(direct)][b] = true;
      for (std::size_t a = 0; a < jobs.size(); ++a) {
        if (before[a][static_cast<std::size_t>(direct)]) before[a][b] = true;
      }
    }
  }
  return before;
}

/// The pairs that a tree orders; checks that children come after parents and every job is there.
Pairs pairs_of(const PrecedenceTree& tree, std::size_t jobs) {
  Pairs before(jobs, std::vector<bool>(jobs, false));
  std::vector<std::vector<std::int32_t>> members(tree.nodes.size());
  for (std::size_t index = tree.nodes.size(); index-- > 0;) {
    const PrecedenceTree::Node& node = tree.nodes[index];
    if (node.kind == Kind::job) members[index] = {node.job};
    for (const std::int32_t child : node.children) {
      EXPECT_GT(child, static_cast<std::int32_t>(index));
      for (const std::int32_t b : members[static_cast<std::size_t>(child)]) {
        for (const std::int32_t a : members[index]) {
          const bool placed = node.kind == Kind::series && node.job < 0;
          if (placed) before[static_cast<std::size_t>(a)][static_cast<std::size_t>(b)] = true;
        }
      }
      members[index].insert(members[index].end(), members[static_cast<std::size_t>(child)].begin(),
                            members[static_cast<std::size_t>(child)].end());
    }
  }
  EXPECT_EQ(members.front().size(), jobs);
  return before;
}

/// Four jobs a<c, b<c, b<d with nothing else between them.
bool holds_an_n(const Pairs& before) {
  const std::size_t n = before.size();
  const auto apart = [&](std::size_t x, std::size_t y) {
    return x != y && !before[x][y] && !before[y][x];
  };
  for (std::size_t a = 0; a < n; ++a) {
    for (std::size_t b = 0; b < n; ++b) {
      for (std::size_t c = 0; c < n && apart(a, b); ++c) {
        for (std::size_t d = 0; d < n && before[a][c] && before[b][c]; ++d) {
          if (before[b][d] && apart(a, d) && apart(c, d)) return true;
        }
      }
    }
  }
  return false;
}

TEST(SeriesParallelPrecedence, TellsExactlyTheOrdersWithoutAnN) {
  int found = 0, refused = 0;
  for (std::uint32_t seed = 0; seed < 6000; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const Shape shape = seed % 3 == 0 ? Shape::series_parallel : Shape::dag;
    const auto jobs = testing::random_jobs(random, 1 + static_cast<int>(seed % 9), shape);
    const Pairs before = closure(jobs);
    const std::optional<PrecedenceTree> tree = series_parallel_precedence(jobs);
    ASSERT_EQ(tree.has_value(), !holds_an_n(before));
    if (tree) {
      EXPECT_EQ(pairs_of(*tree, jobs.size()), before);
    }
    (tree ? found : refused) += 1;
  }
  EXPECT_GT(found, 2000);
  EXPECT_GT(refused, 500);
}

TEST(SeriesParallelPrecedence, HoldsOnLargeOrders) {
  for (std::uint32_t seed = 0; seed < 20; ++seed) {
    std::mt19937 random(seed);
    const auto jobs = testing::random_jobs(random, 150, Shape::series_parallel);
    const std::optional<PrecedenceTree> tree = series_parallel_precedence(jobs);
    ASSERT_TRUE(tree);
    EXPECT_EQ(pairs_of(*tree, jobs.size()), closure(jobs)) << "more than one block of 64";
  }
}

TEST(TreePrecedence, IsTheOrderOfTreesAndForests) {
  for (std::uint32_t seed = 0; seed < 1000; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const Shape shape = seed % 2 == 0 ? Shape::out_tree : Shape::in_tree;
    const auto jobs = testing::random_jobs(random, 1 + static_cast<int>(seed % 12), shape);
    const std::optional<PrecedenceTree> tree = tree_precedence(jobs);
    ASSERT_TRUE(tree);
    EXPECT_EQ(pairs_of(*tree, jobs.size()), closure(jobs));
  }
}

/// A diamond both branches and joins: series-parallel, but no tree.
TEST(TreePrecedence, RefusesADiamond) {
  const std::vector<UploadJob> jobs = {upload_job(1, 1), upload_job(1, 1, {0}),
                                       upload_job(1, 1, {0}), upload_job(1, 1, {1, 2})};
  EXPECT_FALSE(tree_precedence(jobs));
  EXPECT_TRUE(series_parallel_precedence(jobs));
}

}  // namespace
}  // namespace branchline::planner::schedule
