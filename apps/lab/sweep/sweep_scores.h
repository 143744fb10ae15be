#pragma once

#include <optional>
#include <vector>

#include "apps/lab/prediction_error.h"
#include "apps/lab/sweep/plan_sample.h"
#include "apps/lab/sweep/planning_methods.h"
#include "apps/lab/sweep/result_row.h"

namespace branchline::lab {

/// From samples to figures. Stateless.

/// Fills the columns that tell the plan.
void add_plan(const MethodPlan& plan, ResultRow& row);

/// Fills the columns that tell what became of it; without samples the row's plan takes longer than
/// any sample may, so that it is never in time. @param samples  of the row's plan
void add_measured(const std::vector<PlanSample>& samples, ResultRow& row);

/// The same for frames that an engine planned one by one: exit is the most frequent one, place and
/// codec the most frequent of its frames; accuracy is the mean over frames, delivered_accuracy the
/// mean with 0 for those that came late.
/// @param samples  with answers
void add_frames(const std::vector<PlanSample>& samples, ResultRow& row);

/// Fills ratio_to_optimum: against exact2 of the same network, link, deadline and exit, for a
/// method with codecs against exact2+codecs. Stays absent where either has no plan.
void add_ratios(std::vector<ResultRow>& rows);

/// What the uplink passed, in Mbit/s, over these samples of one link; nullopt when nothing crossed.
std::optional<double> goodput_mbps(const std::vector<PlanSample>& samples, Duration delay);

PredictionError prediction_error(std::vector<double> errors);

}  // namespace branchline::lab
