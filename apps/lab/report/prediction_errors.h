#pragma once

#include <cstddef>
#include <optional>

#include "apps/lab/report/csv_table.h"
#include "apps/lab/report/figure.h"

namespace branchline::lab {

inline constexpr double kMedianErrorTarget = 0.05, kP90ErrorTarget = 0.15;

/// How far predicted end-to-end times are from the measured medians, as shares of these.
struct PredictionErrors {
  std::size_t plans = 0;  ///< measured ones; a measurement that several methods share counts once
  double median = 0, p90 = 0;
};

/// @param results  results.csv; nullopt when it has no row with both times
std::optional<PredictionErrors> prediction_errors(const CsvTable& results);

/// Predicted against measured time, over all rows of results.csv.
Figure prediction_figure();

}  // namespace branchline::lab
