#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "framework/planner/internal/cut_problem.h"

namespace branchline::planner::internal {

/// Which blocks are solved: the part of the graph between two adjacent cut vertices is a block.
enum class BlocksSearched {
  any_that_may_win,      ///< exact
  beside_best_cut_unit,  ///< the two that touch the best single cut vertex
};

/// The cheapest placement found and what finding it took.
struct BlockSearch {
  std::vector<std::optional<Tier>> tier;  ///< as price_plan takes it
  Cost cost = 0;
  int min_cuts = 0;               ///< blocks solved
  std::int32_t solved_nodes = 0;  ///< in these blocks
};

/// Two tiers. A placement that lets no data flow back changes tiers in one block alone: all before
/// it stands on the device, all behind it on the edge. So the optimum is the best of: nothing
/// leaves; the cut behind a cut vertex; the min-cut of a block, for those whose lower bound is not
/// above the best so far, in increasing order of the bound. Of equals the one with the fewest
/// remote units.
/// @returns nullopt when no placement that it looks at can run.
/// O(n + m) and the min-cuts.
std::optional<BlockSearch> search_blocks(const PlanRequest& request, int exit,
                                         BlocksSearched searched);

}  // namespace branchline::planner::internal
