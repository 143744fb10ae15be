#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "framework/planner/internal/cut_problem.h"

namespace branchline::planner::internal {

/// Least-cost labels among those in which, between two adjacent cut vertices, all nodes stand on
/// one tier: every suffix behind a cut vertex and every whole block moved at once. Of equals the
/// lower tiers. nullopt when all of them are forbidden. O(n + m), by dynamic programming over the
/// cut vertices.
/// @param cut_units  graph::cut_vertices of the exit
std::optional<Labels> chain_cut(const CutProblem& problem,
                                const std::vector<std::int32_t>& cut_units);

}  // namespace branchline::planner::internal
