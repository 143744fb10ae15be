#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "framework/planner/internal/wide_sum.h"
#include "framework/planner/plan_request.h"

namespace branchline::planner::internal {

/// What a choice costs, in whatever is minimised; mostly nanoseconds. kForbidden: it may not be
/// made.
using Cost = WideSum;
constexpr Cost kForbidden = -1;

/// Adds up; forbidden if either is.
inline Cost plus(Cost a, Cost b) { return a == kForbidden || b == kForbidden ? kForbidden : a + b; }

/// A unit of the exit's sub-graph as the solvers see it.
struct CutNode {
  std::int32_t unit = 0;          ///< id in the LayerGraph
  std::array<Cost, 3> compute{};  ///< by tier
  std::array<Cost, 2> send{};     ///< its outputs over hop 0 (device–edge), 1 (edge–cloud)
};

/// A list of node positions per node, all in one array.
class NodeLists {
 public:
  std::span<const std::int32_t> operator[](std::size_t node) const {
    return {items_.data() + first_[node], items_.data() + first_[node + 1]};
  }

  /// Starts the next node's list, which is empty.
  void start_list() { first_.push_back(first_.back()); }
  /// Appends to the list started last.
  void append(std::int32_t node) {
    items_.push_back(node);
    ++first_.back();
  }
  void reserve(std::size_t lists, std::size_t items) {
    first_.reserve(lists + 1);
    items_.reserve(items);
  }

 private:
  std::vector<std::size_t> first_ = {0};
  std::vector<std::int32_t> items_;
};

/// Placing one exit's units as a sum of costs: per node its compute on its tier, per hop that a
/// node's output crosses its `send` once, and per hop used `crossing` once. Data never flows back,
/// so the exit's own node, the last, stands on the outermost tier used. A value; the positions are
/// a topological order and node 0 is the input, which only the device may compute.
struct CutProblem {
  std::size_t tiers = 2;  ///< 2 or 3
  std::vector<CutNode> nodes;
  NodeLists inputs;                ///< by node: whom it reads, without duplicates
  std::array<Cost, 2> crossing{};  ///< by hop: round trip, queue, the result's way back
};

/// The cost model of price_plan (plan_cost.h) for one exit (checked) of the request.
CutProblem cut_problem(const PlanRequest& request, int exit);

/// The nodes of the units `from` … `to` that `needed` names, with their costs and the edges among
/// them; the crossings stay 0. A part of the problem, for what solves it piece by piece.
CutProblem cut_problem_between(const PlanRequest& request, const std::vector<bool>& needed,
                               std::int32_t from, std::int32_t to);

/// What using each hop costs `exit`, besides the values that cross: CutProblem::crossing.
std::array<Cost, 2> crossings_of(const PlanRequest& request, int exit);

/// By node: who reads it, ascending. O(n + m).
NodeLists readers_of(const CutProblem& problem);

/// A tier per node.
using Labels = std::vector<Tier>;

/// By node: the outermost tier that needs its output, its own or a reader's. Data must not flow
/// back.
Labels outermost_readers(const CutProblem& problem, const Labels& labels);

/// What it costs that a node's output gets from tier `home` to `reached`; 0 unless that is further
/// out.
Cost send_cost(const CutNode& node, Tier home, Tier reached);

/// What it costs that the node, on tier `tier`, is computed there; for the last one with the
/// crossings that the result has to make.
Cost place_cost(const CutProblem& problem, std::size_t node, Tier tier);

/// What `labels` cost; data must not flow back. kForbidden when they make a forbidden choice. O(n +
/// m).
Cost cost_of(const CutProblem& problem, const Labels& labels);

/// The labels as price_plan takes them.
std::vector<std::optional<Tier>> tiers_by_unit(const CutProblem& problem, const Labels& labels,
                                               std::int32_t unit_count);

}  // namespace branchline::planner::internal
