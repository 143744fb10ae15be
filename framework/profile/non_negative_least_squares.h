#pragma once

#include <Eigen/Core>

namespace branchline::profile {

/// The x >= 0 that minimises |a x - b|.
///
/// @param a  m x n, finite; columns may be dependent or zero (such an x is then 0)
/// @param b  m, finite
/// @returns n values, each >= 0
/// At most 3 n exchanges of one column, each a least squares problem. Stateless.
/// Lawson & Hanson, "Solving Least Squares Problems", 1974, chapter 23: E is b's dual, P the set of
/// columns that may be positive.
Eigen::VectorXd non_negative_least_squares(const Eigen::MatrixXd& a, const Eigen::VectorXd& b);

}  // namespace branchline::profile
