#include "framework/profile/non_negative_least_squares.h"

#include <Eigen/QR>
#include <vector>

#include "framework/base/error.h"

namespace branchline::profile {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// Unconstrained least squares over the columns in `positive`; 0 elsewhere.
VectorXd solve_support(const MatrixXd& a, const VectorXd& b, const std::vector<bool>& positive) {
  std::vector<Index> columns;
  for (Index j = 0; j < a.cols(); ++j) {
    if (positive[static_cast<std::size_t>(j)]) columns.push_back(j);
  }
  VectorXd x = VectorXd::Zero(a.cols());
  if (columns.empty()) return x;
  const VectorXd part = a(Eigen::all, columns).colPivHouseholderQr().solve(b);
  for (std::size_t i = 0; i < columns.size(); ++i) x(columns[i]) = part(static_cast<Index>(i));
  return x;
}

/// The column outside the support whose growth lowers the error most; -1 when none does.
Index steepest_column(const VectorXd& gradient, const std::vector<bool>& positive,
                      double tolerance) {
  Index best = -1;
  for (Index j = 0; j < gradient.size(); ++j) {
    if (positive[static_cast<std::size_t>(j)] || gradient(j) <= tolerance) continue;
    if (best < 0 || gradient(j) > gradient(best)) best = j;
  }
  return best;
}

/// Moves x towards `target` until a support value reaches zero, and drops that column.
/// @returns false when nothing stood in the way.
bool step_to_boundary(const VectorXd& target, VectorXd& x, std::vector<bool>& positive) {
  double step = 1;
  Index blocking = -1;
  for (Index j = 0; j < x.size(); ++j) {
    if (!positive[static_cast<std::size_t>(j)] || target(j) > 0) continue;
    const double length = x(j) - target(j);
    const double reach = length > 0 ? x(j) / length : 0;
    if (blocking >= 0 && reach >= step) continue;
    step = reach;
    blocking = j;
  }
  if (blocking < 0) return false;
  x += step * (target - x);
  x(blocking) = 0;
  for (Index j = 0; j < x.size(); ++j) {
    if (x(j) > 0) continue;
    x(j) = 0;
    positive[static_cast<std::size_t>(j)] = false;
  }
  return true;
}

/// Columns of length 1, so that one tolerance serves bytes and intercepts alike.
VectorXd column_norms(const MatrixXd& a) {
  VectorXd norms = a.colwise().norm();
  for (Index j = 0; j < norms.size(); ++j) {
    if (norms(j) == 0) norms(j) = 1;
  }
  return norms;
}

}  // namespace

VectorXd non_negative_least_squares(const MatrixXd& a, const VectorXd& b) {
  BL_EXPECT(a.rows() == b.size(), "matrix and right side differ in rows");
  const VectorXd norms = column_norms(a);
  const MatrixXd unit = a.array().rowwise() / norms.transpose().array();
  const double tolerance = 1e-12 * std::max(1.0, b.norm());
  std::vector<bool> positive(static_cast<std::size_t>(a.cols()), false);
  VectorXd x = VectorXd::Zero(a.cols());
  for (Index round = 0; round < 3 * a.cols() + 1; ++round) {
    const Index entering = steepest_column(unit.transpose() * (b - unit * x), positive, tolerance);
    if (entering < 0) break;
    positive[static_cast<std::size_t>(entering)] = true;
    VectorXd target = solve_support(unit, b, positive);
    while (step_to_boundary(target, x, positive)) target = solve_support(unit, b, positive);
    x = target;
  }
  return x.array() / norms.array();
}

}  // namespace branchline::profile
