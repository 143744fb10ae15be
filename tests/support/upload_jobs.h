#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <random>
#include <vector>

#include "framework/planner/schedule/upload_job.h"

/// Jobs for the schedulers' tests, and their optimum by trying every linear extension.
namespace branchline::testing {

using planner::schedule::JobOrder;
using planner::schedule::UploadJob;

inline UploadJob upload_job(std::int64_t compute, std::int64_t upload,
                            std::vector<std::int32_t> predecessors = {}) {
  return {graph::Nanoseconds(compute), graph::Nanoseconds(upload), std::move(predecessors)};
}

/// Times 0 … largest, a third of the jobs send nothing, no precedence.
inline std::vector<UploadJob> random_jobs(std::mt19937& random, int count,
                                          std::int64_t largest = 20) {
  std::uniform_int_distribution<std::int64_t> time(0, largest);
  std::vector<UploadJob> jobs;
  for (int job = 0; job < count; ++job) {
    const bool silent = time(random) % 3 == 0;
    jobs.push_back(upload_job(time(random), silent ? 0 : time(random)));
  }
  return jobs;
}

enum class Shape { out_tree, in_tree, series_parallel, dag };

/// Orders the jobs first … last (not included) in random series and parallel pieces; `sources` and
/// `sinks` become those of the piece.
inline void order_series_parallel(std::mt19937& random, std::vector<UploadJob>& jobs,
                                  std::int32_t first, std::int32_t last,
                                  std::vector<std::int32_t>& sources,
                                  std::vector<std::int32_t>& sinks) {
  if (last - first == 1) {
    sources = sinks = {first};
    return;
  }
  const auto middle = std::uniform_int_distribution<std::int32_t>(first + 1, last - 1)(random);
  std::vector<std::int32_t> more_sources, more_sinks;
  order_series_parallel(random, jobs, first, middle, sources, sinks);
  order_series_parallel(random, jobs, middle, last, more_sources, more_sinks);
  if (random() % 2 == 0) {
    for (const std::int32_t after : more_sources) {
      auto& before = jobs[static_cast<std::size_t>(after)].predecessors;
      before.insert(before.end(), sinks.begin(), sinks.end());
    }
    sinks = more_sinks;
  } else {
    sources.insert(sources.end(), more_sources.begin(), more_sources.end());
    sinks.insert(sinks.end(), more_sinks.begin(), more_sinks.end());
  }
}

inline std::vector<UploadJob> random_jobs(std::mt19937& random, int count, Shape shape,
                                          std::int64_t largest = 20) {
  std::vector<UploadJob> jobs = random_jobs(random, count, largest);
  const auto up_to = [&random](std::int32_t limit) {
    return std::uniform_int_distribution<std::int32_t>(0, limit)(random);
  };
  if (shape == Shape::series_parallel) {
    std::vector<std::int32_t> sources, sinks;
    order_series_parallel(random, jobs, 0, count, sources, sinks);
  }
  for (std::int32_t job = 0; job < count; ++job) {
    if (shape == Shape::out_tree && job > 0 && up_to(9) != 0) {
      jobs[static_cast<std::size_t>(job)].predecessors = {up_to(job - 1)};
    }
    if (shape == Shape::in_tree && job + 1 < count && up_to(9) != 0) {
      const std::int32_t after = job + 1 + up_to(count - job - 2);
      jobs[static_cast<std::size_t>(after)].predecessors.push_back(job);
    }
    for (std::int32_t before = 0; shape == Shape::dag && before < job; ++before) {
      if (up_to(3) == 0) jobs[static_cast<std::size_t>(job)].predecessors.push_back(before);
    }
  }
  return jobs;
}

/// The formula of algorithms.md 5.1, literally; small numbers only.
inline std::int64_t reference_makespan(const std::vector<UploadJob>& jobs, const JobOrder& order) {
  std::int64_t longest = 0;
  for (std::size_t k = 0; k < order.size(); ++k) {
    std::int64_t path = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
      const UploadJob& job = jobs[static_cast<std::size_t>(order[i])];
      path += i <= k ? job.compute.count() : 0;
      path += i >= k ? job.upload.count() : 0;
    }
    longest = std::max(longest, path);
  }
  return longest;
}

/// Calls `visit` with every order in which no job runs before a predecessor.
inline void for_each_linear_extension(const std::vector<UploadJob>& jobs,
                                      const std::function<void(const JobOrder&)>& visit) {
  JobOrder order;
  std::vector<bool> done(jobs.size(), false);
  const std::function<void()> extend = [&] {
    if (order.size() == jobs.size()) return visit(order);
    for (std::size_t job = 0; job < jobs.size(); ++job) {
      const std::vector<std::int32_t>& before = jobs[job].predecessors;
      const bool ready = !done[job] && std::all_of(before.begin(), before.end(), [&](auto index) {
        return done[static_cast<std::size_t>(index)];
      });
      if (!ready) continue;
      done[job] = true;
      order.push_back(static_cast<std::int32_t>(job));
      extend();
      order.pop_back();
      done[job] = false;
    }
  };
  extend();
}

/// Least makespan over all linear extensions, by a search that carries (compute end, upload end)
/// along and gives up what cannot win.
inline std::int64_t least_makespan(const std::vector<UploadJob>& jobs) {
  std::int64_t least = std::numeric_limits<std::int64_t>::max();
  std::vector<bool> done(jobs.size(), false);
  const std::function<void(std::size_t, std::int64_t, std::int64_t)> extend =
      [&](std::size_t placed, std::int64_t computed, std::int64_t sent) {
        if (std::max(sent, computed) >= least) return;
        if (placed == jobs.size()) {
          least = std::max(sent, computed);
          return;
        }
        for (std::size_t job = 0; job < jobs.size(); ++job) {
          const std::vector<std::int32_t>& before = jobs[job].predecessors;
          const bool ready =
              !done[job] && std::all_of(before.begin(), before.end(), [&](auto index) {
                return done[static_cast<std::size_t>(index)];
              });
          if (!ready) continue;
          done[job] = true;
          const std::int64_t end = computed + jobs[job].compute.count();
          extend(placed + 1, end, std::max(sent, end) + jobs[job].upload.count());
          done[job] = false;
        }
      };
  extend(0, 0, 0);
  return least;
}

}  // namespace branchline::testing
