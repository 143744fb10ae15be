#include "framework/planner/schedule/makespan.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

#include "framework/base/error.h"
#include "framework/planner/internal/wide_sum.h"

namespace branchline::planner::schedule {

Nanoseconds makespan(const std::vector<UploadJob>& jobs, const JobOrder& order) {
  BL_EXPECT(order.size() == jobs.size(), "the order must have every job once");
  internal::WideSum computed = 0, sent = 0;
  for (const std::int32_t index : order) {
    const UploadJob& job = jobs[static_cast<std::size_t>(index)];
    computed += job.compute.count();
    sent = std::max(sent, computed) + job.upload.count();
  }
  return internal::clamped_time(sent);
}

bool is_linear_extension(const std::vector<UploadJob>& jobs, const JobOrder& order) {
  if (order.size() != jobs.size()) return false;
  std::vector<bool> done(jobs.size(), false);
  for (const std::int32_t job : order) {
    const auto index = static_cast<std::size_t>(job);
    if (job < 0 || index >= jobs.size() || done[index]) return false;
    for (const std::int32_t before : jobs[index].predecessors) {
      if (!done[static_cast<std::size_t>(before)]) return false;
    }
    done[index] = true;
  }
  return true;
}

JobOrder index_order(const std::vector<UploadJob>& jobs) {
  JobOrder order(jobs.size());
  std::iota(order.begin(), order.end(), 0);
  return order;
}

std::vector<std::vector<std::int32_t>> successors(const std::vector<UploadJob>& jobs) {
  std::vector<std::vector<std::int32_t>> successors(jobs.size());
  for (std::size_t index = 0; index < jobs.size(); ++index) {
    for (const std::int32_t before : jobs[index].predecessors) {
      BL_EXPECT(before >= 0 && static_cast<std::size_t>(before) < index,
                "job " + std::to_string(index) + " has predecessor " + std::to_string(before));
      std::vector<std::int32_t>& list = successors[static_cast<std::size_t>(before)];
      const auto job = static_cast<std::int32_t>(index);
      if (list.empty() || list.back() != job) list.push_back(job);
    }
  }
  return successors;
}

}  // namespace branchline::planner::schedule
