#include "apps/lab/sweep/paced_profile.h"

#include <algorithm>
#include <utility>

#include "apps/lab/sweep/stop_point.h"
#include "framework/base/error.h"
#include "framework/profile/exit_segments.h"
#include "framework/runtime/device_runner.h"
#include "framework/runtime/exit_ladder.h"

namespace branchline::lab {
namespace {

constexpr int kCuts = 8;                        // of each exit
constexpr int kPacedRuns = 1, kPlainRuns = 11;  // a slowed slice takes the same each time
constexpr int kTimerRuns = 20, kLeastTimerRuns = 5;
/// Of plain runs of the whole; of what takes long there are fewer: a profile has 32 times as many.
constexpr Duration kTimerLength = std::chrono::milliseconds(600);
/// Of runs in a row; after it none is repeated.
constexpr Duration kPacedLength = std::chrono::milliseconds(800);

profile::TimerOptions timer_options(Duration whole) {
  profile::TimerOptions timer;
  timer.max_cuts = kCuts;
  timer.runs = static_cast<int>(std::clamp<Duration::rep>(
      kTimerLength / std::max(whole, Duration(1)), kLeastTimerRuns, kTimerRuns));
  timer.warmup = std::min(timer.warmup, timer.runs / kLeastTimerRuns);
  return timer;
}

/// Everything of the deepest exit on one machine.
Duration whole_time(const profile::TierProfile& tier, int deepest) {
  for (const profile::CutTimes& cut : tier.cuts) {
    if (cut.exit == deepest && cut.unit == 0) return cut.suffix.median;
  }
  throw RunError("the profile holds no times of a whole exit");
}

runtime::FeatureMaps inputs_of(const PacedDevice& device) {
  runtime::FeatureMaps inputs;
  inputs[{0, 0}] = device.picture;
  return inputs;
}

/// The way to the deepest exit, as a plan that sends nothing runs it.
std::vector<runtime::DeviceStep> deepest_steps(const PacedDevice& device) {
  const graph::LayerGraph& layers = device.model->layers();
  runtime::StepTimes times(layers);
  const int deepest = layers.exit_count() - 1;
  return runtime::steps_of(layers, graph::units_of_exit(layers, deepest), deepest, times);
}

/// Runs the steps one after the other on the slowed device, once in vain and then `runs` times, or
/// once where that takes long. @returns medians by step
std::vector<Duration> paced_steps(const PacedDevice& device, double slowdown,
                                  const std::vector<runtime::DeviceStep>& steps,
                                  int runs = kPacedRuns) {
  runtime::DeviceRunner runner(slowdown, device.paces);
  const OnStop end_rest(device.stop, [&] { runner.stop(); });  // a slice may take half a minute
  std::vector<std::vector<Duration>> times(steps.size());
  TimePoint begun;
  for (int run = 0; run <= runs; ++run) {
    if (run > 1 && Clock::now() - begun > kPacedLength) break;
    if (run <= 1) begun = Clock::now();
    runtime::FeatureMaps maps = inputs_of(device);
    for (std::size_t i = 0; i < steps.size(); ++i) {
      stop_point(device.stop);
      const Duration took = runner.run(*device.cache.get(device.model, steps[i].spec), maps);
      if (run > 0) times[i].push_back(took);  // the first run is the slowest
    }
  }
  stop_point(device.stop);
  std::vector<Duration> medians;
  for (auto& step : times) medians.push_back(profile::stats_of(std::move(step)).median);
  return medians;
}

Duration paced_time(const PacedDevice& device, double slowdown,
                    const std::vector<runtime::DeviceStep>& steps, int runs = kPacedRuns) {
  Duration sum{0};
  for (const Duration step : paced_steps(device, slowdown, steps, runs)) sum += step;
  return sum;
}

/// Makes the units take so long together, in the proportions they have.
void stretch(std::vector<Duration>& unit_time, const std::vector<std::int32_t>& units,
             Duration measured) {
  Duration sum{0};
  for (const std::int32_t unit : units) sum += unit_time.at(static_cast<std::size_t>(unit));
  for (const std::int32_t unit : units) {
    Duration& time = unit_time.at(static_cast<std::size_t>(unit));
    const double share = sum > Duration::zero()
                             ? static_cast<double>(time.count()) / static_cast<double>(sum.count())
                             : 1.0 / static_cast<double>(units.size());
    time = scaled(measured, share);
  }
}

/// The heads that the deepest exit does not need, each after the steps that lead to it.
void stretch_heads(profile::TierProfile& tier, const PacedDevice& device,
                   const graph::LayerGraph& graph, runtime::StepTimes& times) {
  const std::vector<bool> trunk = graph::units_of_exit(graph, graph.exit_count() - 1);
  const runtime::ExitLadder ladder =
      runtime::exit_ladder(graph, std::vector<bool>(graph.units.size(), false), times);
  const std::vector<Duration> measured = paced_steps(device, tier.slowdown, ladder.steps);
  for (std::size_t i = 0; i < ladder.steps.size(); ++i) {
    const std::vector<std::int32_t> units = to_units(ladder.steps[i].spec.units);
    const bool head = std::none_of(units.begin(), units.end(), [&](std::int32_t unit) {
      return trunk[static_cast<std::size_t>(unit)];
    });
    if (head) stretch(tier.unit_time, units, measured[i]);
  }
}

/// What a plan's front takes that ends at each cut vertex of the deepest exit, as it would be run.
void stretch_trunk(profile::TierProfile& tier, const PacedDevice& device,
                   const graph::LayerGraph& graph, runtime::StepTimes& times) {
  const int deepest = graph.exit_count() - 1;
  const graph::ExitUnits exit = graph::exit_units(graph, deepest);
  std::vector<std::vector<std::int32_t>> added(exit.cut_vertices.size());
  std::vector<Duration> took(exit.cut_vertices.size(), Duration::zero());
  std::vector<bool> front(graph.units.size(), false);
  for (std::size_t i = 1; i < exit.cut_vertices.size(); ++i) {
    for (std::int32_t unit = exit.cut_vertices[i - 1] + 1; unit <= exit.cut_vertices[i]; ++unit) {
      if (!exit.needed[static_cast<std::size_t>(unit)]) continue;
      added[i].push_back(unit);
      front[static_cast<std::size_t>(unit)] = true;
    }
    const auto steps = runtime::steps_of(graph, front, deepest, times);
    took[i] = paced_time(device, tier.slowdown, steps);
  }
  // A front takes no longer than one that goes on from it, and what disturbs makes it only longer.
  for (std::size_t i = took.size() - 1; i > 0; --i) took[i - 1] = std::min(took[i - 1], took[i]);
  for (std::size_t i = 1; i < took.size(); ++i) {
    stretch(tier.unit_time, added[i], took[i] - took[i - 1]);
  }
}

void slow_down(profile::TierProfile& tier, double slowdown, const PacedDevice& device) {
  for (Duration& time : tier.unit_time) time = scaled(time, slowdown);
  tier.slowdown = slowdown;
  if (slowdown <= 1) return;
  const graph::LayerGraph graph = profile::with_times(device.model->layers(), {tier, {}});
  runtime::StepTimes times(graph);
  stretch_heads(tier, device, graph, times);
  stretch_trunk(tier, device, graph, times);
}

/// So that the deepest exit takes what it is to take, in the slices in which it is run: the first
/// slow-down is right for the whole in one go, and slices' times are in proportion to it.
void slow_down_to(profile::TierProfile& tier, Duration deepest_exit, const PacedDevice& device) {
  const auto quotient = [&](Duration by) {
    return static_cast<double>(deepest_exit.count()) /
           static_cast<double>(std::max<Duration::rep>(by.count(), 1));
  };
  const int deepest = device.model->layers().exit_count() - 1;
  slow_down(tier, std::max(1.0, quotient(whole_time(tier, deepest))), device);
  const std::vector<bool> needed = graph::units_of_exit(device.model->layers(), deepest);
  Duration in_slices{0};
  for (std::size_t unit = 0; unit < needed.size(); ++unit) {
    if (needed[unit]) in_slices += tier.unit_time[unit];
  }
  const double correction = std::max(quotient(in_slices), 1 / tier.slowdown);
  for (Duration& time : tier.unit_time) time = scaled(time, correction);
  tier.slowdown *= correction;
}

}  // namespace

double measured_slowdown(const PacedDevice& device, double factor) {
  const auto steps = deepest_steps(device);
  const Duration before = paced_time(device, 1, steps, kPlainRuns);
  const Duration slow = paced_time(device, factor, steps);
  const Duration after = paced_time(device, 1, steps, kPlainRuns);
  return 2 * static_cast<double>(slow.count()) / static_cast<double>((before + after).count());
}

profile::Profile measured_profile(const PacedDevice& device, const WantedDevice& wanted,
                                  const profile::RunSlice& edge) {
  const graph::LayerGraph& layers = device.model->layers();
  const profile::TimerOptions timer = timer_options(paced_time(device, 1, deepest_steps(device)));
  profile::Profile profile;
  const auto here = stoppable(profile::local_runs(device.model, device.cache), device.stop);
  profile.device = profile::time_cuts(layers, here, timer);
  profile.device.key = profile::local_key(layers);
  profile.edge = {profile::time_cuts(layers, stoppable(edge, device.stop), timer)};
  profile.edge.front().key = profile.device.key;
  if (wanted.slowdown > 0) {
    slow_down(profile.device, wanted.slowdown, device);
  } else {
    slow_down_to(profile.device, wanted.deepest_exit, device);
  }
  return profile;
}

}  // namespace branchline::lab
