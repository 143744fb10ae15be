#pragma once

#include <string>
#include <vector>

#include "apps/lab/experiments/emulation/frame_timing.h"

namespace branchline::lab {

/// The kernel's token bucket on both ends of a path.
struct BucketPath {
  double bytes_per_s = 0;  ///< configured, headers counted
  std::size_t burst_bytes = 0;
};

struct BucketTimes {
  std::vector<double> seconds;
  std::string unavailable;  ///< why there are none, and what helps
};

/// What time_frames() gives through two network namespaces, a veth pair between them and `tc tbf`
/// on each end. The namespaces have no names and go with their threads, whatever happens: nothing
/// is left behind even when the program is killed. Wants root and `ip` and `tc` (iproute2).
BucketTimes time_frames_through(const BucketPath& path, const FrameSeries& series);

}  // namespace branchline::lab
