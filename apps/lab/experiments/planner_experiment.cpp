#include "apps/lab/experiments/planner_experiment.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "framework/base/error.h"
#include "framework/planner/stage_times.h"

namespace branchline::lab {
namespace {

using planner::Nanoseconds;
using planner::Plan;
using planner::Planner;
using planner::PlanRequest;

constexpr double kOptimal = 1 + 1e-9;

Nanoseconds median_of(std::vector<Nanoseconds> times) {
  if (times.empty()) return Nanoseconds(0);
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::nth_element(times.begin(), middle, times.end());
  return *middle;
}

/// Runs five times, or once if that takes long.
void solve(const Planner& planner, const PlanRequest& request, PlannerRow& row) {
  constexpr auto kLong = std::chrono::milliseconds(20);
  std::vector<Nanoseconds> times;
  try {
    while (times.size() < 5 && (times.empty() || times.back() < kLong)) {
      const auto start = std::chrono::steady_clock::now();
      row.plan = planner.plan(request);
      times.push_back(std::chrono::steady_clock::now() - start);
    }
  } catch (const InputError& error) {
    row.refused = error.what();
  }
  row.solver_time = median_of(times);
}

class ExperimentRun {
 public:
  explicit ExperimentRun(const PlannerExperiment& experiment)
      : experiment_(experiment), registry_(planner::standard_planners()) {
    const std::size_t tiers = experiment.cloud ? 3 : 2;
    for (const Planner* planner : registry_.all()) {
      const bool takes = tiers == 2 || planner->three_tiers();
      if (experiment.algorithms.empty() && takes && planner->name() != "brute") {
        planners_.push_back(planner);
      }
    }
    for (const std::string& name : experiment.algorithms) {
      planners_.push_back(&registry_.find(name, "--algorithm"));
    }
    optimum_ = &registry_.find(tiers == 3 ? "exact3" : "exact2");
  }

  void add_rows(const graph::LayerGraph& graph, double ratio) {
    std::vector<MachineSpeed> tiers = {experiment_.edge.times(1 / ratio), experiment_.edge};
    if (experiment_.cloud) tiers.push_back(*experiment_.cloud);
    const graph::LayerGraph timed = with_roofline_times(graph, tiers);
    for (const double uplink : experiment_.uplinks_bytes_per_s) {
      const PlanRequest request{timed,
                                {uplink, 4 * uplink, experiment_.round_trip},
                                experiment_.backbone,
                                timed.exit_count() - 1,
                                std::nullopt,
                                std::nullopt,
                                Nanoseconds(0)};
      add_rows_of(request, ratio);
    }
  }

  std::vector<PlannerRow> rows() && { return std::move(rows_); }

 private:
  /// Frames per second of the best single tier; nullopt when none can run or nothing takes time.
  std::optional<double> best_single_tier(const PlanRequest& request) const {
    double most = 0;
    for (const char* name : {"device-only", "edge-only"}) {
      const std::optional<Plan> plan = registry_.find(name).plan(request);
      if (plan) most = std::max(most, planner::stage_times(request, *plan).frames_per_s());
    }
    return most > 0 && std::isfinite(most) ? std::optional(most) : std::nullopt;
  }

  void add_rows_of(const PlanRequest& request, double ratio) {
    const std::optional<Plan> best = optimum_->plan(request);
    const std::optional<double> single_tier = best_single_tier(request);
    for (const Planner* planner : planners_) {
      PlannerRow row;
      row.graph = request.graph.name;
      row.units = request.graph.unit_count();
      row.uplink_bytes_per_s = request.link.uplink_bytes_per_s;
      row.device_ratio = ratio;
      row.algorithm = planner->name();
      solve(*planner, request, row);
      const bool comparable = row.plan && best && best->predicted.count() > 0;
      if (comparable) {
        row.to_optimum = static_cast<double>(row.plan->predicted.count()) /
                         static_cast<double>(best->predicted.count());
      }
      if (row.plan) row.frames_per_s = planner::stage_times(request, *row.plan).frames_per_s();
      if (row.plan && single_tier) row.stream_gain = *row.frames_per_s / *single_tier;
      rows_.push_back(std::move(row));
    }
  }

  const PlannerExperiment& experiment_;
  planner::PlannerRegistry registry_;
  std::vector<const Planner*> planners_;
  const Planner* optimum_ = nullptr;
  std::vector<PlannerRow> rows_;
};

PlannerSummary summary_of(const std::vector<const PlannerRow*>& rows) {
  PlannerSummary summary;
  summary.algorithm = rows.front()->algorithm;
  std::vector<Nanoseconds> times;
  double log_sum = 0;
  double log_gain = 0;
  int compared = 0, streamed = 0;
  for (const PlannerRow* row : rows) {
    ++summary.cases;
    if (!row->plan) continue;
    ++summary.planned;
    times.push_back(row->solver_time);
    if (row->stream_gain) log_gain += std::log(*row->stream_gain);
    streamed += row->stream_gain ? 1 : 0;
    if (!row->to_optimum) continue;
    ++compared;
    log_sum += std::log(*row->to_optimum);
    summary.optimal += *row->to_optimum <= kOptimal ? 1 : 0;
    summary.worst_to_optimum = std::max(summary.worst_to_optimum, *row->to_optimum);
  }
  if (streamed > 0) summary.mean_stream_gain = std::exp(log_gain / streamed);
  if (compared > 0) summary.mean_to_optimum = std::exp(log_sum / compared);
  summary.median_solver_time = median_of(std::move(times));
  return summary;
}

}  // namespace

std::vector<PlannerRow> run_planner_experiment(
    const PlannerExperiment& experiment,
    const std::function<void(const std::string& graph)>& progress) {
  ExperimentRun run(experiment);
  for (const graph::LayerGraph& graph : experiment.graphs) {
    for (const double ratio : experiment.device_ratios) run.add_rows(graph, ratio);
    if (progress) progress(graph.name);
  }
  return std::move(run).rows();
}

std::vector<PlannerSummary> summarise(const std::vector<PlannerRow>& rows,
                                      const std::function<bool(const PlannerRow&)>& counts) {
  std::vector<std::string> order;
  for (const PlannerRow& row : rows) {
    if (std::find(order.begin(), order.end(), row.algorithm) == order.end()) {
      order.push_back(row.algorithm);
    }
  }
  std::vector<PlannerSummary> summaries;
  for (const std::string& algorithm : order) {
    std::vector<const PlannerRow*> own;
    for (const PlannerRow& row : rows) {
      if (row.algorithm == algorithm && counts(row)) own.push_back(&row);
    }
    if (!own.empty()) summaries.push_back(summary_of(own));
  }
  return summaries;
}

}  // namespace branchline::lab
