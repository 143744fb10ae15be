#include "framework/planner/schedule/precedence_tree.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>

#include "framework/planner/schedule/makespan.h"

namespace branchline::planner::schedule {
namespace {

using Kind = PrecedenceTree::Kind;
using JobLists = std::vector<std::vector<std::int32_t>>;

std::size_t tree_index(std::int32_t job) { return static_cast<std::size_t>(job); }

std::int32_t add_node(PrecedenceTree& tree, Kind kind, std::int32_t job = -1) {
  tree.nodes.push_back({kind, job, {}});
  return static_cast<std::int32_t>(tree.nodes.size()) - 1;
}

std::int32_t add_child(PrecedenceTree& tree, std::int32_t parent, Kind kind,
                       std::int32_t job = -1) {
  const std::int32_t child = add_node(tree, kind, job);
  tree.nodes[tree_index(parent)].children.push_back(child);
  return child;
}

/// Predecessors of each job, ascending, without duplicates.
JobLists distinct_predecessors(const std::vector<UploadJob>& jobs) {
  JobLists lists;
  for (const UploadJob& job : jobs) {
    std::vector<std::int32_t> list = job.predecessors;
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
    lists.push_back(std::move(list));
  }
  return lists;
}

bool at_most_one_each(const JobLists& lists) {
  return std::all_of(lists.begin(), lists.end(), [](const auto& list) { return list.size() < 2; });
}

/// Each job in series with all that hangs from it: before it (an in-tree) or behind it.
PrecedenceTree hang_from_roots(const JobLists& hanging, const JobLists& roots_have_none,
                               bool hanging_first) {
  PrecedenceTree tree;
  std::vector<std::pair<std::int32_t, std::int32_t>> open;  // parent node, job
  const std::int32_t root = add_node(tree, Kind::parallel);
  for (std::size_t job = 0; job < hanging.size(); ++job) {
    if (roots_have_none[job].empty()) open.emplace_back(root, static_cast<std::int32_t>(job));
  }
  while (!open.empty()) {
    const auto [parent, job] = open.back();
    open.pop_back();
    if (hanging[tree_index(job)].empty()) {
      add_child(tree, parent, Kind::job, job);
      continue;
    }
    const std::int32_t series = add_child(tree, parent, Kind::series);
    if (!hanging_first) add_child(tree, series, Kind::job, job);
    const std::int32_t parallel = add_child(tree, series, Kind::parallel);
    if (hanging_first) add_child(tree, series, Kind::job, job);
    for (const std::int32_t next : hanging[tree_index(job)]) open.emplace_back(parallel, next);
  }
  return tree;
}

/// How many jobs each job reaches over `next`, itself left out; 64 targets at a time. `backwards`:
/// next leads to greater indices.
std::vector<std::int64_t> reach_counts(const JobLists& next, bool backwards) {
  const std::size_t size = next.size();
  std::vector<std::int64_t> counts(size, 0);
  std::vector<std::uint64_t> reached(size);
  for (std::size_t block = 0; block < size; block += 64) {
    for (std::size_t step = 0; step < size; ++step) {
      const std::size_t job = backwards ? size - 1 - step : step;
      std::uint64_t mask = 0;
      for (const std::int32_t other : next[job]) mask |= reached[tree_index(other)];
      counts[job] += __builtin_popcountll(mask);
      const bool is_target = job >= block && job < block + 64;
      reached[job] = mask | (is_target ? std::uint64_t{1} << (job - block) : 0);
    }
  }
  return counts;
}

class SeriesParallelSplitter {
 public:
  explicit SeriesParallelSplitter(const std::vector<UploadJob>& jobs)
      : before_(distinct_predecessors(jobs)),
        ancestors_(reach_counts(before_, false)),
        descendants_(reach_counts(successors(jobs), true)),
        part_of_(jobs.size(), -1),
        leader_(jobs.size(), 0) {}

  std::optional<PrecedenceTree> split() {
    PrecedenceTree tree;
    std::vector<std::int32_t> all(before_.size());
    std::iota(all.begin(), all.end(), 0);
    open_.push_back({add_node(tree, Kind::parallel), std::move(all)});
    while (!open_.empty()) {
      const Part part = std::move(open_.back());
      open_.pop_back();
      if (!split_part(tree, part)) return std::nullopt;
    }
    return tree;
  }

 private:
  /// A node to be filled and its jobs, ascending.
  struct Part {
    std::int32_t node;
    std::vector<std::int32_t> jobs;
  };

  bool split_part(PrecedenceTree& tree, const Part& part) {
    PrecedenceTree::Node& node = tree.nodes[tree_index(part.node)];
    if (part.jobs.size() == 1) {
      node.kind = Kind::job;
      node.job = part.jobs.front();
      return true;
    }
    JobLists pieces = connected_pieces(part);
    node.kind = pieces.size() != 1 ? Kind::parallel : Kind::series;
    if (pieces.size() == 1) pieces = series_pieces(part.jobs);
    if (pieces.size() == 1) return false;
    for (std::vector<std::int32_t>& piece : pieces) {
      open_.push_back({add_child(tree, part.node, Kind::job), std::move(piece)});
    }
    return true;
  }

  std::int32_t leader(std::int32_t job) {
    while (leader_[tree_index(job)] != job) {
      leader_[tree_index(job)] = leader_[tree_index(leader_[tree_index(job)])];
      job = leader_[tree_index(job)];
    }
    return job;
  }

  JobLists connected_pieces(const Part& part) {
    for (const std::int32_t job : part.jobs) {
      part_of_[tree_index(job)] = part.node;
      leader_[tree_index(job)] = job;
    }
    for (const std::int32_t job : part.jobs) {
      for (const std::int32_t before : before_[tree_index(job)]) {
        if (part_of_[tree_index(before)] == part.node) {
          leader_[tree_index(leader(before))] = leader(job);
        }
      }
    }
    JobLists pieces;
    std::vector<std::pair<std::int32_t, std::int32_t>> by_leader;
    for (const std::int32_t job : part.jobs) by_leader.emplace_back(leader(job), job);
    std::sort(by_leader.begin(), by_leader.end());
    for (std::size_t i = 0; i < by_leader.size(); ++i) {
      if (i == 0 || by_leader[i].first != by_leader[i - 1].first) pieces.emplace_back();
      pieces.back().push_back(by_leader[i].second);
    }
    return pieces;
  }

  /// All jobs of a part see the same jobs outside it, so that the smallest count of ancestors
  /// (descendants) is that of those outside.
  JobLists series_pieces(const std::vector<std::int32_t>& jobs) const {
    std::int64_t above = ancestors_[tree_index(jobs.front())];
    std::int64_t below = descendants_[tree_index(jobs.front())];
    for (const std::int32_t job : jobs) {
      above = std::min(above, ancestors_[tree_index(job)]);
      below = std::min(below, descendants_[tree_index(job)]);
    }
    JobLists pieces(1);
    const auto size = static_cast<std::int64_t>(jobs.size());
    std::int64_t ordered_across = 0;
    for (std::int64_t taken = 1; taken <= size; ++taken) {
      const std::int32_t job = jobs[static_cast<std::size_t>(taken - 1)];
      ordered_across +=
          (descendants_[tree_index(job)] - below) - (ancestors_[tree_index(job)] - above);
      pieces.back().push_back(job);
      const bool splits = taken < size && ordered_across == taken * (size - taken);
      if (splits) pieces.emplace_back();
    }
    return pieces;
  }

  JobLists before_;
  std::vector<std::int64_t> ancestors_, descendants_;
  std::vector<std::int32_t> part_of_;  ///< by job: the node whose part it was last in
  std::vector<std::int32_t> leader_;
  std::vector<Part> open_;
};

}  // namespace

std::optional<PrecedenceTree> tree_precedence(const std::vector<UploadJob>& jobs) {
  const JobLists before = distinct_predecessors(jobs), after = successors(jobs);
  if (at_most_one_each(before)) return hang_from_roots(after, before, false);
  if (at_most_one_each(after)) return hang_from_roots(before, after, true);
  return std::nullopt;
}

std::optional<PrecedenceTree> series_parallel_precedence(const std::vector<UploadJob>& jobs) {
  return SeriesParallelSplitter(jobs).split();
}

}  // namespace branchline::planner::schedule
