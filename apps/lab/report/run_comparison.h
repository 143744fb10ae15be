#pragma once

#include <optional>
#include <string>
#include <vector>

#include "apps/lab/report/csv_table.h"

namespace branchline::lab {

/// One row of both runs' results.csv: the same model, method, link and deadline.
struct ComparedRow {
  std::string model, method, link, delay_ms, deadline_ms;
  /// This run's over the other's; nullopt where a run has none or the other's is 0.
  std::optional<double> measured, hit_rate, accuracy;
  /// What differs beyond the intervals of both runs: "measured_ms", "hit_rate"; "accuracy", which
  /// has none, when it is another one.
  std::vector<std::string> differs;
};

struct RunComparison {
  std::vector<ComparedRow> rows;
  std::size_t only_here = 0, only_there = 0;  ///< rows without a partner
};

/// @throws InputError when a column is missing.
RunComparison compare_runs(const CsvTable& here, const CsvTable& there);

}  // namespace branchline::lab
