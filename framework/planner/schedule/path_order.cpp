#include "framework/planner/schedule/path_order.h"

#include <algorithm>
#include <cstddef>

#include "framework/planner/schedule/composite.h"
#include "framework/planner/schedule/makespan.h"

namespace branchline::planner::schedule {
namespace {

struct JobPath {
  Composite composite;
  JobOrder jobs;
};

std::size_t path_index(std::int32_t job) { return static_cast<std::size_t>(job); }

/// The chain from the only job without predecessors to the first with several successors.
JobOrder common_stem(const std::vector<UploadJob>& jobs,
                     const std::vector<std::vector<std::int32_t>>& successors) {
  const auto sources = std::count_if(jobs.begin(), jobs.end(),
                                     [](const UploadJob& job) { return job.predecessors.empty(); });
  if (sources != 1) return {};
  JobOrder stem = {0};
  while (successors[path_index(stem.back())].size() == 1) {
    stem.push_back(successors[path_index(stem.back())].front());
  }
  return stem;
}

/// The last predecessor outside the stem, -1 when there is none, nullopt when there are several.
std::optional<std::int32_t> predecessor_on_path(const UploadJob& job,
                                                const std::vector<bool>& in_stem) {
  std::int32_t found = -1;
  for (const std::int32_t before : job.predecessors) {
    if (in_stem[path_index(before)] || before == found) continue;
    if (found >= 0) return std::nullopt;
    found = before;
  }
  return found;
}

}  // namespace

std::optional<JobOrder> path_order(const std::vector<UploadJob>& jobs) {
  const std::vector<std::vector<std::int32_t>> after = successors(jobs);
  JobOrder order = common_stem(jobs, after);
  std::vector<bool> in_stem(jobs.size(), false);
  for (const std::int32_t job : order) in_stem[path_index(job)] = true;
  std::vector<JobPath> paths;
  std::vector<std::size_t> path_of(jobs.size(), 0);
  for (std::size_t index = 0; index < jobs.size(); ++index) {
    if (in_stem[index]) continue;
    const std::optional<std::int32_t> before = predecessor_on_path(jobs[index], in_stem);
    if (!before || after[index].size() > 1) return std::nullopt;
    path_of[index] = *before < 0 ? paths.size() : path_of[path_index(*before)];
    if (*before < 0) paths.push_back({});
    JobPath& path = paths[path_of[index]];
    const Composite own = composite_of(jobs[index]);
    path.composite = path.jobs.empty() ? own : then(path.composite, own);
    path.jobs.push_back(static_cast<std::int32_t>(index));
  }
  std::stable_sort(paths.begin(), paths.end(), [](const JobPath& x, const JobPath& y) {
    return runs_before(x.composite, y.composite);
  });
  for (const JobPath& path : paths) order.insert(order.end(), path.jobs.begin(), path.jobs.end());
  return order;
}

}  // namespace branchline::planner::schedule
