#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "framework/planner/schedule/upload_job.h"

namespace branchline::planner::schedule {

/// Precedence put together from single jobs by "all of these before all of those" and "in any
/// order".
struct PrecedenceTree {
  enum class Kind : std::uint8_t { job, series, parallel };
  struct Node {
    Kind kind = Kind::job;
    std::int32_t job = -1;               ///< of a Kind::job
    std::vector<std::int32_t> children;  ///< indices of nodes; of a series in the order they run
  };

  std::vector<Node> nodes;  ///< 0 is the root; children come after their parent
};

/// Out-trees (no job has two predecessors: a stem that branches, as a model with several heads) and
/// in-trees (no job has two successors: branches that join), or forests of one kind; else nullopt.
/// O(n + m).
std::optional<PrecedenceTree> tree_precedence(const std::vector<UploadJob>& jobs);

/// Series-parallel precedence, trees among them: the transitive closure holds no "N" (a<c, b<c, b<d
/// and nothing else). An inception or residual block is series-parallel, however many redundant
/// edges it has. nullopt otherwise.
///
/// A part in several pieces is parallel. A connected part, in topological order, splits in series
/// behind its i-th of k jobs exactly if all i (k - i) pairs across are ordered; counts of ancestors
/// and descendants tell how many are.
/// O(n (n + m) / 64) for the counts, O((n + m) depth) for the rest. Stateless. Valdes, Tarjan and
/// Lawler 1982 define the class; the test by counting is ours.
std::optional<PrecedenceTree> series_parallel_precedence(const std::vector<UploadJob>& jobs);

}  // namespace branchline::planner::schedule
