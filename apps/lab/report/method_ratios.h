#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "apps/lab/report/csv_table.h"

namespace branchline::lab {

/// A method beside the reference, over the rows of one network that both have: the same link, the
/// same deadline.
struct MethodRatio {
  std::string model, method;
  std::size_t rows = 0;
  double hit_rate = 0;                   ///< mean over the rows
  std::optional<double> accuracy;        ///< delivered in time, mean; absent: never measured
  std::optional<double> accuracy_ratio;  ///< over the reference's; absent when that is 0, too
  std::size_t timed = 0;                 ///< rows where both were measured
  std::optional<double> time_ratio;      ///< measured time over the reference's, geometric mean
};

/// `branchline` where it took part, else the first method. Empty for a table without rows.
std::string reference_method(const CsvTable& results);

/// Every method of results.csv, the reference too, network by network.
/// @throws InputError for a missing column.
std::vector<MethodRatio> method_ratios(const CsvTable& results);

}  // namespace branchline::lab
