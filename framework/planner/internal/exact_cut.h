#pragma once

#include <cstdint>
#include <optional>
#include <vector>

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

/// What the network says about a reader that stands below its producer.
enum class FlowBack {
  forbidden,       ///< as it must be
  free_of_charge,  ///< as in DADS's eq. (4), which lacks the arcs that forbid it
};

/// The labels of the network's min-cut, of equals those with the fewest remote nodes. @returns
/// nullopt when every cut is forbidden.
std::optional<Labels> cut_labels(const CutProblem& problem, FlowBack flow_back);

/// A node v stands on a tier below b = 1 … tiers-1 exactly when vertex[(tiers-1)·v + b-1] is on the
/// source side. The least cut is less than the labels' cost by a constant.
struct CutNetwork {
  FlowNetwork flow;
  std::vector<std::int32_t> vertex;
};

/// The network that exact_cut solves; tests hand it to a second solver. Nodes whose output is
/// dearer to send than any optimum can pay share a vertex with their readers: on slow links most
/// do.
CutNetwork network_of(const CutProblem& problem, FlowBack flow_back = FlowBack::forbidden);

}  // namespace branchline::planner::internal
