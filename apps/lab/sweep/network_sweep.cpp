#include "apps/lab/sweep/network_sweep.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "apps/lab/sweep/planning_methods.h"
#include "apps/lab/sweep/stop_point.h"
#include "apps/lab/sweep/stream_measurement.h"
#include "apps/lab/sweep/sweep_scores.h"
#include "transport/link_trace.h"

namespace branchline::lab {
namespace {

constexpr double kMegabit = 1e6 / 8;
/// An engine's row is told by its hit rate, and that takes more than a plan's median.
constexpr std::size_t kFramesPerSample = 2;
constexpr std::size_t kLeastSamples = 3;
constexpr std::size_t kRounds = 3;

transport::LinkProfile steady(const ExperimentLink& link, Duration delay) {
  return transport::steady_link(link.uplink_bytes_per_s, link.uplink_bytes_per_s, delay);
}

transport::LinkProfile profile_of(const ExperimentLink& link, Duration delay) {
  if (link.trace.empty()) return steady(link, delay);
  transport::LinkProfile profile = transport::read_link_trace(link.trace);
  profile.delay = delay;
  return profile;
}

}  // namespace

NetworkSweep::NetworkSweep(const Experiment& experiment, const LabNetwork& network,
                           MeasurementLog& log)
    : experiment_(experiment), network_(network), log_(log) {
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
  PlannedRow planned;
  planned.link = &link;
  planned.deadline = deadline;
  planned.by_engine = method == kEngineMethod;
  ResultRow& row = planned.row;
  row.model = network_.name;
  row.method = method;
  row.link = link.name;
  row.uplink_mbps = link.uplink_bytes_per_s / kMegabit;
  row.delay_ms = to_ms(experiment_.delay);
  row.deadline_ms = to_ms(deadline);
  row.slowdown = network_.slowdown;
  row.exits = network_.graph.exit_count();
  if (!network_.graph.exits.back().accuracy) row.accuracy = row.delivered_accuracy = std::nullopt;
  planned.key = {network_.model->digest(), "",
                 fmt::format("{} delay {:g} ms", link.name, row.delay_ms), network_.slowdown,
                 experiment_.seed};
  if (planned.by_engine) {
    planned.key.plan = fmt::format("{} by {:g} ms", method, row.deadline_ms);
  } else {
    MethodChoice choice = desk.choose(method, deadline);
    row.solver_us = static_cast<double>(choice.solver.count()) / 1e3;
    planned.plan = std::move(choice.plan);
  }
  if (planned.plan) {
    add_plan(*planned.plan, row);
    planned.key.plan = planned.plan->key;
    if (!planned.plan->runnable.remote) planned.key.link.clear();
  }
  planned_.push_back(std::move(planned));
}

/// None of a plan that is predicted to take longer than a sample may.
std::size_t NetworkSweep::wanted(const PlannedRow& planned) const {
  const auto samples = static_cast<std::size_t>(experiment_.samples);
  if (planned.by_engine) return kFramesPerSample * samples;
  const bool runs = planned.plan && planned.plan->plan.predicted <= experiment_.sample_limit;
  return runs ? samples : 0;
}

/// Link by link, in rounds: a machine's speed drifts, and what is compared on a link is to meet the
/// same drift. On a recording one round, for all are to meet its beginning. Streams come last.
std::vector<NetworkSweep::Turn> NetworkSweep::turns() const {
  std::vector<const ExperimentLink*> links;
  std::map<std::string, std::vector<Turn>> by_link, streams;
  std::set<Key> seen;
  for (const PlannedRow& planned : planned_) {
    const std::size_t of = wanted(planned), there = log_.of(planned.key).size();
    const bool stream = planned.plan && of > 0 &&
                        stream_missing(experiment_, log_, planned.key, planned.plan->longest_stage);
    if ((there >= of && !stream) || !seen.insert(planned.key).second) continue;
    const std::string& name = planned.link->name;
    if (!by_link.contains(name)) links.push_back(planned.link);
    auto& jobs = by_link[name];
    if (there < of) jobs.push_back({&planned, of - there});
    if (stream) streams[name].push_back({&planned, 0, true});
  }
  std::vector<Turn> turns;
  for (const ExperimentLink* link : links) {
    const std::size_t rounds = link->trace.empty() ? kRounds : 1;
    for (std::size_t round = 0; round < rounds; ++round) {
      for (const Turn& all : by_link[link->name]) {
        const std::size_t share = (all.samples + rounds - 1 - round) / rounds;
        if (share > 0) turns.push_back({all.planned, share});
      }
    }
    const auto& last = streams[link->name];
    turns.insert(turns.end(), last.begin(), last.end());
  }
  return turns;
}

Duration NetworkSweep::share_of_limit(const Turn& turn) const {
  return experiment_.plan_limit * static_cast<Duration::rep>(turn.samples) /
         static_cast<Duration::rep>(wanted(*turn.planned));
}

Duration NetworkSweep::expected(const Turn& turn) const {
  constexpr Duration kPreparing = std::chrono::milliseconds(100);
  constexpr Duration::rep kSettling = 5;  // frames
  if (turn.stream) {
    return kPreparing +
           stream_length(experiment_, turn.planned->key, turn.planned->plan->longest_stage);
  }
  const auto samples = static_cast<Duration::rep>(turn.samples);
  const Duration runs = turn.planned->by_engine
                            ? (samples + kSettling) * turn.planned->deadline
                            : (samples + experiment_.warm_up) * turn.planned->plan->plan.predicted;
  return kPreparing + std::min(runs, 2 * share_of_limit(turn));
}

/// No more once the time is over. @throws Stopped
void NetworkSweep::take_samples(const Turn& turn, const StopFlag& stop,
                                const std::function<PlanSample(const at::Tensor&)>& run) {
  const TimePoint begun = Clock::now();
  const std::size_t before = log_.of(turn.planned->key).size();
  const Duration limit = share_of_limit(turn);
  for (std::size_t there = before; there < before + turn.samples; ++there) {
    stop_point(stop);
    if (there >= kLeastSamples && Clock::now() - begun > limit) break;
    const PlanSample sample = run(network_.pictures[there % network_.pictures.size()]);
    stop_point(stop);
    log_.add(network_.name, turn.planned->key, sample);
  }
}

void NetworkSweep::measure_plan(PlanRunner& runner, const Turn& turn, const StopFlag& stop) {
  runner.prepare(*turn.planned->plan, profile_of(*turn.planned->link, experiment_.delay));
  for (std::int64_t run = 0; run < experiment_.warm_up; ++run) {
    stop_point(stop);
    runner.run(network_.pictures.front(), experiment_.sample_limit);
  }
  take_samples(turn, stop, [&](const at::Tensor& picture) {
    return runner.run(picture, experiment_.sample_limit);
  });
}

void NetworkSweep::play_stream(PlanRunner& runner, const Turn& turn, const StopFlag& stop) {
  runner.prepare(*turn.planned->plan, profile_of(*turn.planned->link, experiment_.delay));
  measure_stream(experiment_, network_.name, turn.planned->key, runner, stop, log_);
}

/// @param there  the engine is there and has seen nothing but this link
void NetworkSweep::measure_frames(EngineRunner& runner, const Turn& turn, bool there,
                                  const StopFlag& stop) {
  const ExperimentLink& link = *turn.planned->link;
  if (!there) runner.open(steady(link, experiment_.delay), stop);
  runner.settle(turn.planned->deadline, experiment_.plan_limit, stop);
  if (!link.trace.empty()) runner.set_link(profile_of(link, experiment_.delay));
  take_samples(turn, stop, [&](const at::Tensor& picture) {
    return runner.run(picture, turn.planned->deadline);
  });
}

void NetworkSweep::measure(std::uint16_t edge_port, const StopFlag& stop,
                           const std::function<void(const SweepProgress&)>& progress) {
  const std::vector<Turn> todo = turns();
  Duration left{0}, done_expected{0};
  for (const Turn& turn : todo) left += expected(turn);
  PlanRunner plans(network_, edge_port);
  const OnStop end_rest(stop, [&] { plans.stop(); });
  EngineRunner engine(network_, edge_port);
  const ExperimentLink* seen = nullptr;  // all that the engine has seen
  const TimePoint begun = Clock::now();
  for (std::size_t i = 0; i < todo.size(); ++i) {
    const PlannedRow& planned = *todo[i].planned;
    const double pace = done_expected > Duration::zero()
                            ? std::chrono::duration<double>(Clock::now() - begun) /
                                  std::chrono::duration<double>(done_expected)
                            : 1;
    progress({network_.name + ": " + planned.row.link, i, todo.size(), scaled(left, pace)});
    if (planned.by_engine) {
      measure_frames(engine, todo[i], seen != nullptr && *seen == *planned.link, stop);
      seen = planned.link->trace.empty() ? planned.link : nullptr;
    } else if (todo[i].stream) {
      play_stream(plans, todo[i], stop);
    } else {
      measure_plan(plans, todo[i], stop);
    }
    left -= expected(todo[i]);
    done_expected += expected(todo[i]);
  }
  progress({network_.name, todo.size(), todo.size(), Duration{0}});
}

/// Each measurement's once, by the link's name.
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
    if (planned.by_engine) add_frames(log_.of(planned.key), row);
    if (planned.plan) {
      add_measured(log_.of(planned.key), row);
      add_stream(log_, planned.key, row);
    }
    if (row.measured && seen.insert(planned.key).second) {
      if (planned.plan) ++sweep.plans;
      sweep.samples += row.samples;
    }
    sweep.rows.push_back(std::move(row));
  }
}

}  // namespace branchline::lab
