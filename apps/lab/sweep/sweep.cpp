#include "apps/lab/sweep/sweep.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "apps/lab/sweep/lab_network.h"
#include "apps/lab/sweep/measurement_log.h"
#include "apps/lab/sweep/plan_runner.h"
#include "apps/lab/sweep/planning_methods.h"
#include "apps/lab/sweep/stream_measurement.h"
#include "apps/lab/sweep/sweep_scores.h"
#include "framework/slice/compute_threads.h"
#include "transport/link_trace.h"

namespace branchline::lab {
namespace {

using Progress = std::function<void(const SweepProgress&)>;
using Key = MeasurementLog::Key;

constexpr double kMegabit = 1e6 / 8;

transport::LinkProfile profile_of(const ExperimentLink& link, Duration delay) {
  if (link.trace.empty()) {
    return transport::steady_link(link.uplink_bytes_per_s, link.uplink_bytes_per_s, delay);
  }
  transport::LinkProfile profile = transport::read_link_trace(link.trace);
  profile.delay = delay;
  return profile;
}

/// A row, and the plan behind it if there is one.
struct PlannedRow {
  ResultRow row;
  std::optional<MethodPlan> plan;
  Key key;
  const ExperimentLink* link = nullptr;
};

/// One plan to be measured over one link.
struct Job {
  const PlannedRow* planned = nullptr;
  std::size_t missing = 0;  ///< runs, warm-up included
  bool stream = false;      ///< its stream is missing
};

/// One network's part of a sweep.
class NetworkSweep {
 public:
  NetworkSweep(const Experiment& experiment, const LabNetwork& network, MeasurementLog& log)
      : experiment_(experiment), network_(network), log_(log) {}

  void plan_rows();
  bool measure(PlanRunner& runner, const StopFlag& stop, const Progress& progress);
  void score(Sweep& sweep) const;

 private:
  void plan_part(const ExperimentPart& part);
  void plan_row(const PlanningDesk& desk, const ExperimentLink& link, const std::string& method,
                Duration deadline);
  std::vector<Job> jobs() const;
  Duration expected(const Job& job) const;
  bool measure_plan(PlanRunner& runner, const Job& job, const StopFlag& stop);
  std::map<std::string, std::vector<PlanSample>> samples_by_link() const;

  const Experiment& experiment_;
  const LabNetwork& network_;
  MeasurementLog& log_;
  std::vector<PlannedRow> planned_;
  std::set<std::string> rows_there_;
};

void NetworkSweep::plan_rows() {
  for (const ExperimentPart& part : experiment_.parts) plan_part(part);
}

void NetworkSweep::plan_part(const ExperimentPart& part) {
  std::vector<double> states;
  for (const ExperimentLink& link : part.links) states.push_back(link.uplink_bytes_per_s);
  for (const ExperimentLink& link : part.links) {
    const planner::LinkSpeed speed{link.uplink_bytes_per_s, link.uplink_bytes_per_s,
                                   2 * experiment_.delay};
    const PlanningDesk desk(network_, speed, states);
    for (const Duration deadline : part.deadlines) {
      for (const std::string& method : part.methods) plan_row(desk, link, method, deadline);
    }
  }
}

void NetworkSweep::plan_row(const PlanningDesk& desk, const ExperimentLink& link,
                            const std::string& method, Duration deadline) {
  const std::string id = fmt::format("{} {} {}", method, link.name, deadline.count());
  if (!rows_there_.insert(id).second) return;
  const MethodChoice choice = desk.choose(method, deadline);
  PlannedRow planned;
  planned.link = &link;
  ResultRow& row = planned.row;
  row.model = network_.name;
  row.method = method;
  row.link = link.name;
  row.uplink_mbps = link.uplink_bytes_per_s / kMegabit;
  row.delay_ms = to_ms(experiment_.delay);
  row.deadline_ms = to_ms(deadline);
  row.slowdown = network_.slowdown;
  row.exits = network_.graph.exit_count();
  row.solver_us = static_cast<double>(choice.solver.count()) / 1e3;
  if (!network_.graph.exits.back().accuracy) row.accuracy = row.delivered_accuracy = std::nullopt;
  if (choice.plan) {
    add_plan(*choice.plan, row);
    planned.plan = choice.plan;
    const bool sends = choice.plan->runnable.remote.has_value();
    planned.key = {network_.model->digest(), choice.plan->key,
                   sends ? fmt::format("{} delay {:g} ms", link.name, row.delay_ms) : "",
                   network_.slowdown, experiment_.seed};
  }
  planned_.push_back(std::move(planned));
}

/// Each different plan on a link once; none that is predicted to take longer than a sample may.
std::vector<Job> NetworkSweep::jobs() const {
  std::vector<Job> jobs;
  std::set<Key> seen;
  for (const PlannedRow& planned : planned_) {
    if (!planned.plan || planned.plan->plan.predicted > experiment_.sample_limit) continue;
    if (!seen.insert(planned.key).second) continue;
    const std::size_t there = log_.of(planned.key).size();
    const auto wanted = static_cast<std::size_t>(experiment_.samples);
    const bool stream = stream_missing(experiment_, log_, planned.key, planned.plan->longest_stage);
    if (there >= wanted && !stream) continue;
    const std::size_t missing =
        there < wanted ? wanted - there + static_cast<std::size_t>(experiment_.warm_up) : 0;
    jobs.push_back({&planned, missing, stream});
  }
  return jobs;
}

Duration NetworkSweep::expected(const Job& job) const {
  constexpr Duration kPreparing = std::chrono::milliseconds(200);
  const Duration runs = static_cast<Duration::rep>(job.missing) * job.planned->plan->plan.predicted;
  const Duration stream =
      job.stream ? stream_length(experiment_, job.planned->key, job.planned->plan->longest_stage)
                 : Duration{0};
  return kPreparing + std::min(runs, experiment_.plan_limit) + stream;
}

/// @returns false when it was stopped
bool NetworkSweep::measure_plan(PlanRunner& runner, const Job& job, const StopFlag& stop) {
  constexpr std::size_t kLeastSamples = 3;
  const PlannedRow& planned = *job.planned;
  runner.prepare(*planned.plan, profile_of(*planned.link, experiment_.delay));
  const TimePoint begun = Clock::now();
  std::size_t there = log_.of(planned.key).size();
  for (std::size_t run = 0; run < job.missing; ++run) {
    if (stop.raised()) return false;
    if (there >= kLeastSamples && Clock::now() - begun > experiment_.plan_limit) break;
    const at::Tensor& picture = network_.pictures[there % network_.pictures.size()];
    const PlanSample sample = runner.run(picture, experiment_.sample_limit);
    if (run < static_cast<std::size_t>(experiment_.warm_up)) continue;
    log_.add(network_.name, planned.key, sample);
    ++there;
  }
  return !job.stream || measure_stream(experiment_, network_.name, planned.key, runner, stop, log_);
}

bool NetworkSweep::measure(PlanRunner& runner, const StopFlag& stop, const Progress& progress) {
  const std::vector<Job> todo = jobs();
  Duration left{0}, done_expected{0};
  for (const Job& job : todo) left += expected(job);
  const TimePoint begun = Clock::now();
  for (std::size_t i = 0; i < todo.size(); ++i) {
    const double pace = done_expected > Duration::zero()
                            ? std::chrono::duration<double>(Clock::now() - begun) /
                                  std::chrono::duration<double>(done_expected)
                            : 1;
    progress(
        {network_.name + ": " + todo[i].planned->row.link, i, todo.size(), scaled(left, pace)});
    if (!measure_plan(runner, todo[i], stop)) return false;
    left -= expected(todo[i]);
    done_expected += expected(todo[i]);
  }
  progress({network_.name, todo.size(), todo.size(), Duration{0}});
  return true;
}

/// Each plan's once, by the link's name.
std::map<std::string, std::vector<PlanSample>> NetworkSweep::samples_by_link() const {
  std::map<std::string, std::vector<PlanSample>> by_link;
  std::set<Key> seen;
  for (const PlannedRow& planned : planned_) {
    if (planned.key.link.empty() || !seen.insert(planned.key).second) continue;
    const auto& samples = log_.of(planned.key);
    auto& all = by_link[planned.row.link];
    all.insert(all.end(), samples.begin(), samples.end());
  }
  return by_link;
}

void NetworkSweep::score(Sweep& sweep) const {
  std::map<std::string, std::optional<double>> goodputs;
  for (const auto& [link, samples] : samples_by_link()) {
    goodputs[link] = goodput_mbps(samples, experiment_.delay);
  }
  std::set<Key> seen;
  for (const PlannedRow& planned : planned_) {
    ResultRow row = planned.row;
    if (goodputs.contains(row.link)) row.goodput_mbps = goodputs.at(row.link);
    if (planned.plan) {
      add_measured(log_.of(planned.key), row);
      add_stream(log_, planned.key, row);
    }
    if (row.measured && seen.insert(planned.key).second) {
      ++sweep.plans;
      sweep.samples += row.samples;
    }
    sweep.rows.push_back(std::move(row));
  }
}

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
    if (!row.measured || (row.cut && recorded.contains(row.link))) continue;
    const std::string plan = fmt::format("{} {} {} {} {} {}", row.model, row.cut ? row.link : "",
                                         row.exit, row.cut.value_or(-1), row.place, row.codec);
    if (!seen.insert(plan).second) continue;
    errors.push_back(row.predicted->total / row.measured->median.total - 1);
  }
  return prediction_error(std::move(errors));
}

}  // namespace

Sweep run_sweep(const Experiment& experiment, const RunFolder& folder, const StopFlag& stop,
                const Progress& progress) {
  slice::set_compute_threads(1);
  MeasurementLog log(folder.path("measurements.csv"));
  Sweep sweep;
  sweep.layers_csv = layers_csv_header();
  sweep.regressions_csv = regressions_csv_header();
  for (const std::vector<std::string>& alternatives : experiment.models) {
    if (stop.raised()) break;
    std::unique_ptr<EdgeProcess> edge;
    const LabNetwork network =
        open_network(alternatives, experiment, folder, edge, [&](const std::string& what) {
          progress({what, 0, 0, Duration{0}});
        });
    sweep.networks.push_back({network.name, network.model->digest(), network.data_set,
                              network.slowdown, network.layers.measured_slowdown});
    sweep.layers_csv += layers_csv(network.name, network.graph, network.layers);
    sweep.regressions_csv += regressions_csv(network.name, network.graph, network.layers);
    NetworkSweep part(experiment, network, log);
    part.plan_rows();
    PlanRunner runner(network, edge->port());
    part.measure(runner, stop, progress);
    part.score(sweep);
  }
  add_ratios(sweep.rows);
  sweep.complete = !stop.raised();
  sweep.prediction = error_over(experiment, sweep.rows);
  return sweep;
}

}  // namespace branchline::lab
