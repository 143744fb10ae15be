#include "framework/planner/schedule/composite_order.h"

#include <array>
#include <cstddef>
#include <utility>

#include "framework/planner/schedule/composite.h"

namespace branchline::planner::schedule {
namespace {

enum End : std::size_t { kFirst = 0, kLast = 1 };

/// Composites in Johnson's order, reachable from both ends: the roots of two heaps over the same
/// composites; -1 when empty.
struct CompositeList {
  std::array<std::int32_t, 2> root = {-1, -1};
};

/// All composites ever made, in two leftist heaps each. One that left its list at one end stays in
/// the other end's heap, marked, until it comes up there.
class CompositeArena {
 public:
  explicit CompositeArena(const std::vector<UploadJob>& jobs) : next_job_(jobs.size(), -1) {
    runs_.reserve(2 * jobs.size());
    for (std::size_t job = 0; job < jobs.size(); ++job) {
      const auto index = static_cast<std::int32_t>(job);
      runs_.push_back({composite_of(jobs[job]), index, index, false, {}});
    }
  }

  CompositeList single(std::int32_t run) const { return {{run, run}}; }

  CompositeList parallel(const CompositeList& x, const CompositeList& y) {
    return {
        {meld(kFirst, x.root[kFirst], y.root[kFirst]), meld(kLast, x.root[kLast], y.root[kLast])}};
  }

  /// Equal keys are joined, too: within one list only the key says what comes first.
  CompositeList series(CompositeList x, CompositeList y) {
    std::int32_t last = peek(x, kLast), first = peek(y, kFirst);
    if (last < 0 || first < 0 || before(last, first)) return parallel(x, y);
    std::int32_t joined = join(take(x, kLast), take(y, kFirst));
    for (;;) {
      last = peek(x, kLast);
      first = peek(y, kFirst);
      if (last >= 0 && !before(last, joined)) {
        joined = join(take(x, kLast), joined);
      } else if (first >= 0 && !before(joined, first)) {
        joined = join(joined, take(y, kFirst));
      } else {
        return parallel(parallel(x, single(joined)), y);
      }
    }
  }

  JobOrder read_out(CompositeList list) {
    JobOrder order;
    while (peek(list, kFirst) >= 0) {
      const std::int32_t run = take(list, kFirst);
      for (std::int32_t job = at(run).first_job; job >= 0;
           job = next_job_[static_cast<std::size_t>(job)]) {
        order.push_back(job);
      }
    }
    return order;
  }

 private:
  struct HeapLinks {
    std::int32_t left = -1, right = -1, rank = 1;
  };
  struct Run {
    Composite composite;
    std::int32_t first_job, last_job;
    bool taken;
    std::array<HeapLinks, 2> links;
  };

  Run& at(std::int32_t run) { return runs_[static_cast<std::size_t>(run)]; }
  std::int32_t rank(std::size_t end, std::int32_t run) {
    return run < 0 ? 0 : at(run).links[end].rank;
  }

  bool before(std::int32_t x, std::int32_t y) {
    return runs_before(at(x).composite, at(y).composite);
  }

  /// Of equals the older one is nearer to the first end.
  bool nearer(std::size_t end, std::int32_t x, std::int32_t y) {
    if (before(x, y)) return end == kFirst;
    if (before(y, x)) return end == kLast;
    return (x < y) == (end == kFirst);
  }

  /// Recursion along the right spines only, which are O(log n) long.
  std::int32_t meld(std::size_t end, std::int32_t x, std::int32_t y) {
    if (x < 0 || y < 0) return x < 0 ? y : x;
    if (nearer(end, y, x)) std::swap(x, y);
    HeapLinks& links = at(x).links[end];
    links.right = meld(end, links.right, y);
    if (rank(end, links.left) < rank(end, links.right)) std::swap(links.left, links.right);
    links.rank = rank(end, links.right) + 1;
    return x;
  }

  std::int32_t pop(CompositeList& list, std::size_t end) {
    const std::int32_t top = list.root[end];
    list.root[end] = meld(end, at(top).links[end].left, at(top).links[end].right);
    return top;
  }

  std::int32_t peek(CompositeList& list, std::size_t end) {
    while (list.root[end] >= 0 && at(list.root[end]).taken) pop(list, end);
    return list.root[end];
  }

  std::int32_t take(CompositeList& list, std::size_t end) {
    const std::int32_t run = pop(list, end);
    at(run).taken = true;
    return run;
  }

  std::int32_t join(std::int32_t x, std::int32_t y) {
    next_job_[static_cast<std::size_t>(at(x).last_job)] = at(y).first_job;
    runs_.push_back(
        {then(at(x).composite, at(y).composite), at(x).first_job, at(y).last_job, false, {}});
    return static_cast<std::int32_t>(runs_.size()) - 1;
  }

  std::vector<Run> runs_;
  std::vector<std::int32_t> next_job_;  ///< within a run; -1 at its end
};

}  // namespace

JobOrder composite_order(const std::vector<UploadJob>& jobs, const PrecedenceTree& tree) {
  CompositeArena arena(jobs);
  std::vector<CompositeList> lists(tree.nodes.size());
  for (std::size_t index = tree.nodes.size(); index-- > 0;) {
    const PrecedenceTree::Node& node = tree.nodes[index];
    if (node.kind == PrecedenceTree::Kind::job) lists[index] = arena.single(node.job);
    for (const std::int32_t child : node.children) {
      const CompositeList& next = lists[static_cast<std::size_t>(child)];
      lists[index] = node.kind == PrecedenceTree::Kind::series ? arena.series(lists[index], next)
                                                               : arena.parallel(lists[index], next);
    }
  }
  return arena.read_out(lists.front());
}

}  // namespace branchline::planner::schedule
