#pragma once

#include <optional>
#include <vector>

#include "framework/planner/plan_map.h"

namespace branchline::planner {

/// What link and compute may be like when a request comes, and how likely that is: a sample of what
/// was measured, or a few cases.
struct Scenario {
  double weight = 1;  ///< > 0; the weights need not add up to 1
  MapConditions conditions;
};

/// What most_accurate_plan is asked. The graph is borrowed.
struct ExpectedAccuracyRequest {
  const graph::LayerGraph& graph;   ///< two tiers; every exit has an accuracy
  std::vector<Scenario> scenarios;  ///< not empty
  Nanoseconds deadline{0};
  std::optional<std::int64_t> result_bytes;  ///< nullopt: the bytes of the exit's logits
  double surely = 0.95;  ///< share of the scenarios that counts as "nearly all"; 0..1
};

/// What will become of a plan, in the run time's words (framework/runtime/plan_forecast.h).
struct AccuracyForecast {
  double in_time = 0;          ///< share of the scenarios in which the planned answer is in time
  std::optional<int> insured;  ///< exit, from 0, that the device has by the deadline by itself in
                               ///< nearly all scenarios; the most accurate of these
  double worth = 0;            ///< expected accuracy at the deadline
  bool answered = false;       ///< the device surely has an answer, whatever the edge does
  Nanoseconds expected_latency{0};  ///< of the planned answer
};

/// in_time · (accuracy(exit) - what its codecs lose) + (1 - in_time) · accuracy(insured), scenario
/// by scenario: an insurance that is late there as well is worth nothing.
///
/// While the device waits for the edge it computes what the insurance exit still needs. A plan that
/// stays on the device passes its insurance on the way: that exit's head is computed as well, which
/// costs time, and is only passed when that is worth it or needed for an answer.
AccuracyForecast accuracy_forecast(const ExpectedAccuracyRequest& request, int exit,
                                   const MapPlan& plan);

/// A plan and its exit.
struct AccuratePlan {
  int exit = 0;
  MapPlan plan;
  AccuracyForecast forecast;
};

/// The plan of the greatest worth; of equals the quickest on average. One that leaves the device
/// without an answer only when no plan is answered.
/// Exact over all plans of the plan maps of all exits, which hold the fastest plan of every
/// scenario. A placement that is fastest under no conditions can be worth more, when it is just in
/// time in two scenarios that pull apart: 2 of 2000 random graphs have one, worth 0.006 more.
/// nullopt when nothing can run.
/// @throws InputError when an exit has no accuracy, there are no scenarios, or a number is out of
/// range. Milliseconds: the maps are most of it.
std::optional<AccuratePlan> most_accurate_plan(const ExpectedAccuracyRequest& request);

}  // namespace branchline::planner
