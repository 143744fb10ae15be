#pragma once

#include <string>
#include <vector>

#include "apps/lab/load_experiment.h"

namespace branchline::lab {

/// What a policy made of all loads with one number of clients.
struct LoadSummary {
  std::string policy;
  int clients = 0;
  double load = 0;        ///< the highest
  double kept = 0;        ///< in time there, as a part of the most at any load
  double throughput = 0;  ///< the most answers a second, as a part of what compute alone allows
};

std::vector<LoadSummary> summarise(const std::vector<LoadRow>& rows);

/// For people; a line for each number of clients and load, then the summaries.
std::string load_text(const LoadResult& result, Duration budget);

/// A line for each row.
std::string load_csv(const LoadResult& result);

/// "branchline.load_experiment/1".
std::string load_json(const LoadResult& result);

}  // namespace branchline::lab
