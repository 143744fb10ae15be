#pragma once

#include <cstddef>

namespace branchline::lab {

/// How far predicted end-to-end times were off: |predicted - measured| / measured, over plans.
struct PredictionError {
  std::size_t plans = 0;
  double median = 0, p90 = 0;  ///< shares
};

/// What predictions are to keep to, as shares.
inline constexpr double kMedianErrorTarget = 0.05, kP90ErrorTarget = 0.15;

}  // namespace branchline::lab
