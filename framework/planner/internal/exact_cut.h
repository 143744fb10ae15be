#pragma once

#include <optional>

#include "framework/planner/internal/cut_problem.h"
#include "framework/planner/internal/flow_network.h"

namespace branchline::planner::internal {

/// Least-cost labels and, of those, the ones with the fewest remote and the fewest cloud nodes.
struct ExactCut {
  Labels labels;
  Cost cost = 0;
};

/// Two or three tiers in one min-cut, exact. @returns nullopt when every labelling is forbidden.
std::optional<ExactCut> exact_cut(const CutProblem& problem);

/// The network that exact_cut solves; tests hand it to a second solver. Per node v and boundary b =
/// 1 … tiers-1 a vertex on the source side exactly when v stands on a tier below b; 2 + (tiers-1)·v
/// + b-1 is its number. Its least cut is less than the labels' cost by what each node costs at
/// least.
FlowNetwork network_of(const CutProblem& problem);

}  // namespace branchline::planner::internal
