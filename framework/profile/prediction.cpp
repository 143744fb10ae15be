#include "framework/profile/prediction.h"

#include <algorithm>

#include "framework/profile/exit_segments.h"

namespace branchline::profile {
namespace {

constexpr int kTurns = 5;

/// The middle one of the cut vertices where the exit can be divided; 0 when there is none.
std::int32_t median_cut(const graph::LayerGraph& graph, int exit) {
  const std::int32_t last = graph.exits[static_cast<std::size_t>(exit)].value.unit;
  std::vector<std::int32_t> cuts;
  for (const std::int32_t unit : graph::cut_vertices(graph, exit)) {
    if (unit != 0 && unit != last && can_divide(graph, exit, unit)) cuts.push_back(unit);
  }
  return cuts.empty() ? 0 : cuts[cuts.size() / 2];
}

/// Rounds of all specs in turn; the median of each over all rounds.
std::vector<TimeStats> time_in_turns(const std::vector<slice::SliceSpec>& specs,
                                     const RunSlice& run, const TimerOptions& options) {
  std::vector<std::vector<Duration>> times(specs.size());
  const int runs = (options.runs + kTurns - 1) / kTurns;
  for (int turn = 0; turn < kTurns; ++turn) {
    for (std::size_t i = 0; i < specs.size(); ++i) {
      const auto some = run(specs[i], turn == 0 ? options.warmup : 1, runs);
      times[i].insert(times[i].end(), some.begin(), some.end());
    }
  }
  std::vector<TimeStats> stats;
  for (auto& samples : times) stats.push_back(stats_of(std::move(samples)));
  return stats;
}

}  // namespace

PredictionCase measure_case(const graph::LayerGraph& graph, const RunSlice& run,
                            const TimerOptions& options) {
  const int exit = graph.exit_count() - 1;
  PredictionCase measured;
  measured.name = graph.name;
  measured.cut = median_cut(graph, exit);
  std::vector<slice::SliceSpec> specs = {whole_of(graph, exit)};
  if (measured.cut != 0) {
    specs.push_back(prefix_of(graph, exit, measured.cut));
    specs.push_back(suffix_of(graph, exit, measured.cut));
  }
  const std::vector<TimeStats> stats = time_in_turns(specs, run, options);
  measured.whole = stats[0];
  measured.prefix = measured.cut != 0 ? stats[1] : stats[0];
  if (measured.cut != 0) measured.suffix = stats[2];

  const std::vector<bool> needed = graph::units_of_exit(graph, exit);
  const int total = static_cast<int>(std::count(needed.begin(), needed.end(), true));
  for (const graph::Unit& unit : graph.units) {
    if (unit.id == 0 || !needed[static_cast<std::size_t>(unit.id)]) continue;
    const TimeStats time = stats_of(run(alone(unit), options.warmup, options.runs));
    measured.layers.push_back({unit.type, unit.features, time.median});
    if (options.progress) options.progress(static_cast<int>(measured.layers.size()) + 1, total);
  }
  return measured;
}

Duration predicted_by_segments(const PredictionCase& measured) {
  return measured.prefix.median + measured.suffix.median;
}

Duration predicted_by_isolated_layers(const PredictionCase& measured) {
  Duration sum{0};
  for (const LayerSample& layer : measured.layers) sum += layer.time;
  return sum;
}

Duration predicted_by_regression(const PredictionCase& measured, const TimeRegression& regression) {
  Duration sum{0};
  for (const LayerSample& layer : measured.layers) {
    sum += regression.predict(layer.type, layer.features);
  }
  return sum;
}

double relative_error(Duration predicted, Duration measured) {
  return static_cast<double>((predicted - measured).count()) /
         static_cast<double>(std::max<Duration::rep>(1, measured.count()));
}

TimeRegression fit_without(const std::vector<PredictionCase>& cases, std::size_t left_out) {
  std::vector<LayerSample> samples;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    if (i == left_out) continue;
    samples.insert(samples.end(), cases[i].layers.begin(), cases[i].layers.end());
  }
  return TimeRegression::fit(samples);
}

}  // namespace branchline::profile
