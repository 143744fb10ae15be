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

  friend bool operator==(const LayerTime&, const LayerTime&) = default;
};

/// What is measured of a network beside its profile.
struct LayerTimes {
  std::vector<LayerTime> device, edge;  ///< of every unit but the input
  double measured_slowdown = 1;         ///< of the deepest exit on the slowed device

  friend bool operator==(const LayerTimes&, const LayerTimes&) = default;
};

/// "branchline.lab_layers/1", so that a run that goes on need not measure them again.
std::string to_json(const LayerTimes& times);

/// @throws InputError naming `where`.
LayerTimes layer_times_from_json(const std::string& text, const std::string& where);

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
