#pragma once

#include <string>
#include <vector>

#include "framework/base/clock.h"
#include "framework/graph/layer_graph.h"
#include "framework/profile/time_regression.h"
#include "framework/profile/unit_timer.h"

namespace branchline::lab {

/// One unit compiled and timed alone on one tier.
struct LayerTime {
  std::int32_t unit = 0;
  Duration median{0}, low{0}, high{0};  ///< low, high: 95 % interval of the median
};

/// Of every unit but the input, on both tiers.
struct LayerTimes {
  std::vector<LayerTime> device, edge;
};

/// @param slowdown  multiplies what is measured
std::vector<LayerTime> time_layers(const graph::LayerGraph& graph, const profile::RunSlice& run,
                                   double slowdown);

/// Edgent's regressions over those layers.
profile::TimeRegression regression_of(const graph::LayerGraph& graph,
                                      const std::vector<LayerTime>& layers);

/// layers.csv and regressions.csv (docs/schemas.md): headers, and one network's lines.
std::string layers_csv_header();
std::string layers_csv(const std::string& model, const graph::LayerGraph& graph,
                       const LayerTimes& times);
std::string regressions_csv_header();
std::string regressions_csv(const std::string& model, const graph::LayerGraph& graph,
                            const LayerTimes& times);

}  // namespace branchline::lab
