#pragma once

#include <vector>

#include "framework/base/clock.h"

namespace branchline::profile {

/// The non-decreasing sequence closest to `values` in the least squares sense: neighbours that
/// decrease are pooled into their mean. O(n). Stateless.
/// Pool adjacent violators: Ayer et al., Annals of Mathematical Statistics 26(4), 1955.
std::vector<Duration> isotonic_increasing(const std::vector<Duration>& values);

}  // namespace branchline::profile
