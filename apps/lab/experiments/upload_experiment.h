#pragma once

#include <string>
#include <vector>

#include "apps/lab/experiments/planner_experiment.h"

namespace branchline::lab {

/// What one graph gains when values are sent as soon as they exist and not when all of them do,
/// over all links and device speeds. Times are those of the event simulation.
struct UploadRow {
  std::string graph;
  int cases = 0;
  int splits = 0;                       ///< cases whose best plan computes on both sides
  int several = 0;                      ///< splits that send more than one value
  double mean_gain = 1, most_gain = 1;  ///< of the best plan: sent at the end / as soon as possible
  double mean_joint = 1, most_joint = 1;  ///< as above, cut and order chosen together (`pipeline`)
};

/// Deepest exit of every graph, two tiers; one row each. The algorithms of `experiment` are
/// ignored.
std::vector<UploadRow> run_upload_experiment(const PlannerExperiment& experiment);

std::string upload_table(const std::vector<UploadRow>& rows);
std::string upload_csv(const std::vector<UploadRow>& rows);
std::string upload_json(const std::vector<UploadRow>& rows);

}  // namespace branchline::lab
