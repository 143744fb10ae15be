#include "apps/lab/sweep/sweep.h"

#include <fmt/format.h>

#include <memory>
#include <set>
#include <utility>

#include "apps/lab/sweep/network_sweep.h"
#include "apps/lab/sweep/stop_point.h"
#include "apps/lab/sweep/sweep_scores.h"
#include "framework/slice/compute_threads.h"

namespace branchline::lab {
namespace {

/// Over each plan once, where the link was what the prediction took it for.
PredictionError error_over(const Experiment& experiment, const std::vector<ResultRow>& rows) {
  std::set<std::string> recorded, seen;
  for (const ExperimentPart& part : experiment.parts) {
    for (const ExperimentLink& link : part.links) {
      if (!link.trace.empty()) recorded.insert(link.name);
    }
  }
  std::vector<double> errors;
  for (const ResultRow& row : rows) {
    if (!row.measured || !row.predicted || (row.cut && recorded.contains(row.link))) continue;
    const std::string plan = fmt::format("{} {} {} {} {} {}", row.model, row.cut ? row.link : "",
                                         row.exit, row.cut.value_or(-1), row.place, row.codec);
    if (!seen.insert(plan).second) continue;
    errors.push_back(row.predicted->total / row.measured->median.total - 1);
  }
  return prediction_error(std::move(errors));
}

void add_network(const LabNetwork& network, Sweep& sweep) {
  sweep.networks.push_back({network.name, network.model->digest(), network.data_set,
                            network.slowdown, network.layers.measured_slowdown});
  sweep.layers_csv += layers_csv(network.name, network.graph, network.layers);
  sweep.regressions_csv += regressions_csv(network.name, network.graph, network.layers);
}

}  // namespace

Sweep run_sweep(const Experiment& experiment, const RunFolder& folder, const StopFlag& stop,
                const std::function<void(const SweepProgress&)>& progress) {
  slice::set_compute_threads(1);
  MeasurementLog log(folder.path("measurements.csv"));
  Sweep sweep;
  sweep.layers_csv = layers_csv_header();
  sweep.regressions_csv = regressions_csv_header();
  for (const std::vector<std::string>& alternatives : experiment.models) {
    if (stop.raised()) break;
    std::unique_ptr<EdgeProcess> edge;
    try {
      const LabNetwork network =
          open_network(alternatives, experiment, folder, stop, edge, [&](const std::string& what) {
            progress({what, 0, 0, Duration{0}});
          });
      add_network(network, sweep);
      NetworkSweep part(experiment, network, log);
      try {
        part.measure(edge->port(), stop, progress);
      } catch (const Stopped&) {  // what there is counts
      }
      part.score(sweep);
    } catch (const Stopped&) {  // while it was profiled: there are no rows of it
    }
  }
  add_ratios(sweep.rows);
  sweep.complete = !stop.raised();
  sweep.prediction = error_over(experiment, sweep.rows);
  return sweep;
}

}  // namespace branchline::lab
