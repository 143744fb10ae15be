#pragma once

#include <string>
#include <vector>

#include "framework/graph/layer_graph.h"
#include "framework/profile/time_regression.h"
#include "framework/profile/unit_timer.h"

namespace branchline::profile {

/// What is measured of one model to judge three ways of predicting its whole time, for its deepest
/// exit.
struct PredictionCase {
  std::string name;
  std::int32_t cut = 0;      ///< the median cut vertex; 0 when the exit has none to divide at
  TimeStats whole;           ///< compiled in one piece: what is to be predicted
  TimeStats prefix, suffix;  ///< divided at the cut
  std::vector<LayerSample> layers;  ///< each unit compiled and timed alone, on its own
};

/// Prefix, suffix and whole take turns in rounds, so that all three see the same machine.
/// @throws RunError when a slice fails.
PredictionCase measure_case(const graph::LayerGraph& graph, const RunSlice& run,
                            const TimerOptions& options);

/// The three predictions of the whole.
Duration predicted_by_segments(const PredictionCase& measured);
Duration predicted_by_isolated_layers(const PredictionCase& measured);
Duration predicted_by_regression(const PredictionCase& measured, const TimeRegression& regression);

/// (predicted - measured) / measured.
double relative_error(Duration predicted, Duration measured);

/// A regression over the layers of all cases but number `left_out`: a model never predicts itself.
/// @param cases  at least one other with layers
TimeRegression fit_without(const std::vector<PredictionCase>& cases, std::size_t left_out);

}  // namespace branchline::profile
