#pragma once

#include <string>
#include <vector>

#include "apps/lab/experiments/planner_experiment.h"

namespace branchline::lab {

/// For people: a line an algorithm.
std::string summary_table(const std::vector<PlannerSummary>& summaries);

/// For people: per graph and device ratio a table of algorithms by uplinks; cells are the predicted
/// time and its ratio to the optimum.
std::string case_tables(const std::vector<PlannerRow>& rows);

/// "branchline.planners_experiment/1": every row, as CSV with a header and as JSON.
std::string rows_to_csv(const std::vector<PlannerRow>& rows);
std::string rows_to_json(const std::vector<PlannerRow>& rows);

}  // namespace branchline::lab
