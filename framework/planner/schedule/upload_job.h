#pragma once

#include <cstdint>
#include <vector>

#include "framework/graph/unit.h"

namespace branchline::planner::schedule {

using graph::Nanoseconds;

/// One unit of the device's part: it computes, then its output is sent while the next job computes.
/// A list of jobs is the problem: two machines in line (device, uplink), precedence on the first.
struct UploadJob {
  Nanoseconds compute{0};                  ///< p_j, >= 0
  Nanoseconds upload{0};                   ///< q_j, >= 0; 0: nothing is sent
  std::vector<std::int32_t> predecessors;  ///< indices of jobs, each smaller than the job's own

  friend bool operator==(const UploadJob&, const UploadJob&) = default;
};

/// Indices of the jobs in the order they compute and are sent.
using JobOrder = std::vector<std::int32_t>;

}  // namespace branchline::planner::schedule
