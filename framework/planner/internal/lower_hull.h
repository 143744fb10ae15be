#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "framework/planner/internal/wide_sum.h"

namespace branchline::planner::internal {

using HullPoint = std::array<std::int64_t, 3>;  ///< each coordinate in [0, 2^40)
using HullWeights = std::array<WideSum, 3>;     ///< >= 0, not all zero

/// A point of least weighted sum, by its number in the caller's own list.
struct HullAnswer {
  std::size_t number = 0;
  HullPoint point{};
};
using HullOracle = std::function<HullAnswer(const HullWeights&)>;

/// The points that are cheapest for some non-negative weights, found by asking for the cheapest:
/// grows conv(found) + R^3_{>=0} facet by facet. A facet whose own normal, taken as the weights,
/// finds nothing below it is a facet of the whole; k points take less than 3k + 4 questions.
/// Integer arithmetic, hence exact. (The idea of Eisner and Severance, 1976, in three dimensions.)
/// @returns numbers of points none of which another one dominates; of equal points one.
std::vector<std::size_t> lower_hull(const HullOracle& cheapest);

}  // namespace branchline::planner::internal
