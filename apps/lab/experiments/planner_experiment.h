#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "apps/lab/experiments/roofline.h"
#include "framework/planner/planner_registry.h"

namespace branchline::lab {

/// What `branchline experiment planners` compares.
struct PlannerExperiment {
  std::vector<graph::LayerGraph> graphs;    ///< without times
  std::vector<double> uplinks_bytes_per_s;  ///< the downlink is four times as fast
  std::vector<double> device_ratios;        ///< how many times slower than the edge the device is
  MachineSpeed edge{50e9, 20e9};
  std::optional<MachineSpeed> cloud;  ///< makes it three tiers
  planner::Nanoseconds round_trip{10000000};
  planner::LinkSpeed backbone{12.5e6, 12.5e6, planner::Nanoseconds(20000000)};  ///< edge–cloud
  std::vector<std::string> algorithms;  ///< empty: all that take the tiers
};

/// One algorithm on one case.
struct PlannerRow {
  std::string graph;
  int units = 0;
  double uplink_bytes_per_s = 0, device_ratio = 0;
  std::string algorithm;
  std::optional<planner::Plan> plan;    ///< nullopt: none, or `refused` says why
  std::string refused;                  ///< what the algorithm throws on this graph
  planner::Nanoseconds solver_time{0};  ///< median of up to five runs
  std::optional<double> frames_per_s;   ///< of a stream: 1 / the plan's longest stage
  std::optional<double> stream_gain;    ///< frames_per_s over that of the best single tier
  std::optional<double> to_optimum;     ///< predicted / the exact optimum's
};

/// Deepest exit of every graph, every uplink, ratio and algorithm; rows in that order.
/// @param progress  told after each graph; may be empty
/// @throws InputError when an algorithm is unknown.
std::vector<PlannerRow> run_planner_experiment(
    const PlannerExperiment& experiment,
    const std::function<void(const std::string& graph)>& progress);

/// An algorithm over all its rows.
struct PlannerSummary {
  std::string algorithm;
  int cases = 0, planned = 0, optimal = 0;
  double mean_to_optimum = 0, worst_to_optimum = 0;  ///< geometric mean
  double mean_stream_gain = 0;                       ///< geometric mean; 0 without any
  planner::Nanoseconds median_solver_time{0};
};

/// Of the rows that count, in the order of their algorithms' first rows.
std::vector<PlannerSummary> summarise(const std::vector<PlannerRow>& rows,
                                      const std::function<bool(const PlannerRow&)>& counts);

}  // namespace branchline::lab
