#pragma once

#include <cstddef>

namespace branchline::lab {

/// How far predicted end-to-end times were off: |predicted - measured| / measured, over plans.
struct PredictionError {
  std::size_t plans = 0;
  double median = 0, p90 = 0;  ///< shares
};

}  // namespace branchline::lab
