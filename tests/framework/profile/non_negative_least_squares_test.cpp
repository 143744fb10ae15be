#include "framework/profile/non_negative_least_squares.h"

#include <gtest/gtest.h>

#include <Eigen/QR>
#include <algorithm>
#include <random>

namespace branchline::profile {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// The least error over all supports whose unconstrained solution happens to be non-negative: the
/// optimum is one of them.
double least_error_by_brute_force(const MatrixXd& a, const VectorXd& b) {
  double best = b.norm();
  for (unsigned support = 1; support < (1u << a.cols()); ++support) {
    std::vector<Index> columns;
    for (Index j = 0; j < a.cols(); ++j) {
      if ((support >> j & 1u) != 0) columns.push_back(j);
    }
    const MatrixXd part = a(Eigen::all, columns);
    const VectorXd x = part.completeOrthogonalDecomposition().solve(b);
    if (x.minCoeff() < 0) continue;
    best = std::min(best, (part * x - b).norm());
  }
  return best;
}

TEST(NonNegativeLeastSquares, EqualsTheUnconstrainedSolutionWhenThatIsPositive) {
  MatrixXd a(3, 2);
  a << 1, 0, 0, 1, 1, 1;
  const VectorXd x = non_negative_least_squares(a, a * Eigen::Vector2d(2, 3));
  EXPECT_NEAR(x(0), 2, 1e-9);
  EXPECT_NEAR(x(1), 3, 1e-9);
}

TEST(NonNegativeLeastSquares, ReachesTheBruteForceOptimumOnRandomProblems) {
  std::mt19937 random(3);
  std::normal_distribution<double> normal;
  for (int trial = 0; trial < 500; ++trial) {
    const Index rows = 2 + static_cast<Index>(random() % 8);
    const Index columns = 1 + static_cast<Index>(random() % 5);
    MatrixXd a(rows, columns);
    VectorXd b(rows);
    for (Index i = 0; i < rows; ++i) {
      b(i) = normal(random);
      for (Index j = 0; j < columns; ++j) a(i, j) = normal(random);
    }
    const VectorXd x = non_negative_least_squares(a, b);
    ASSERT_EQ(x.size(), columns);
    EXPECT_GE(x.minCoeff(), 0);
    EXPECT_NEAR((a * x - b).norm(), least_error_by_brute_force(a, b), 1e-7) << "trial " << trial;
  }
}

TEST(NonNegativeLeastSquares, CopesWithColumnsOfVeryDifferentSize) {
  MatrixXd a(4, 2);  // bytes and an intercept
  a << 1e6, 1, 2e6, 1, 3e6, 1, 4e6, 1;
  const VectorXd x = non_negative_least_squares(a, a * Eigen::Vector2d(1e-3, 500));
  EXPECT_NEAR(x(0), 1e-3, 1e-9);
  EXPECT_NEAR(x(1), 500, 1e-3);
}

TEST(NonNegativeLeastSquares, GivesZeroToUselessColumns) {
  MatrixXd a = MatrixXd::Zero(3, 2);
  a.col(1) = Eigen::Vector3d(-1, -1, -1);
  const VectorXd x = non_negative_least_squares(a, Eigen::Vector3d(1, 2, 3));
  EXPECT_EQ(x(0), 0);
  EXPECT_EQ(x(1), 0);
}

}  // namespace
}  // namespace branchline::profile
