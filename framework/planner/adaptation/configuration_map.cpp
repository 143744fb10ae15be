#include "framework/planner/adaptation/configuration_map.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string>
#include <utility>

#include "framework/base/error.h"

namespace branchline::planner {
namespace {

void check_configurable(const PlanRequest& request, bool by_reward) {
  if (!request.deadline) {
    throw InputError("there is no deadline", "configuration map",
                     "give one: it decides which exits are in time");
  }
  for (const graph::ExitPoint& exit : request.graph.exits) {
    if (by_reward && !exit.accuracy) {
      throw InputError("exit '" + exit.name + "' has no accuracy",
                       "graph '" + request.graph.name + "'",
                       "give one to each exit: the reward counts it");
    }
  }
}

double reward_of(const PlanRequest& request, const Plan& plan) {
  if (!plan.feasible) return 0;
  const double seconds = std::max(1e-9, std::chrono::duration<double>(plan.predicted).count());
  return std::exp(*request.graph.exits[static_cast<std::size_t>(plan.exit)].accuracy) + 1 / seconds;
}

/// The deepest exit of the greatest reward; without any reward what Planner::plan falls back to.
std::optional<Plan> most_rewarding(const Planner& planner, PlanRequest request) {
  std::optional<Plan> best;
  double most = 0;
  for (int exit = request.graph.exit_count() - 1; exit >= 0; --exit) {
    request.exit = exit;
    std::optional<Plan> plan = planner.plan(request);
    if (!plan) continue;
    const double reward = reward_of(request, *plan);
    if (reward <= most) continue;
    most = reward;
    best = std::move(plan);
  }
  request.exit = std::nullopt;
  return best ? best : planner.plan(request);
}

}  // namespace

std::vector<double> bandwidth_states(std::vector<double> goodputs, std::size_t states) {
  std::sort(goodputs.begin(), goodputs.end());
  const std::size_t groups = std::min(states, goodputs.size());
  std::vector<double> levels;
  for (std::size_t group = 0; group < groups; ++group) {
    const std::size_t begin = goodputs.size() * group / groups;
    const std::size_t end = goodputs.size() * (group + 1) / groups;
    double log_sum = 0;
    for (std::size_t at = begin; at < end; ++at) {
      BL_EXPECT(goodputs[at] > 0, "a goodput of a history must be above 0");
      log_sum += std::log(goodputs[at]);
    }
    levels.push_back(std::exp(log_sum / static_cast<double>(end - begin)));
  }
  levels.erase(std::unique(levels.begin(), levels.end()), levels.end());
  return levels;
}

ConfigurationMap configuration_map(const Planner& planner, const PlanRequest& request,
                                   const std::vector<double>& states, ConfigurationRule rule) {
  check_configurable(request, rule == ConfigurationRule::reward);
  ConfigurationMap map;
  for (const double state : states) {
    PlanRequest at_state = request;
    at_state.link.uplink_bytes_per_s = state;
    at_state.exit = std::nullopt;
    std::optional<Plan> plan = rule == ConfigurationRule::reward ? most_rewarding(planner, at_state)
                                                                 : planner.plan(at_state);
    if (plan) map.entries.push_back({state, std::move(*plan)});
  }
  std::sort(map.entries.begin(), map.entries.end(), [](const auto& a, const auto& b) {
    return a.uplink_bytes_per_s < b.uplink_bytes_per_s;
  });
  return map;
}

std::optional<std::size_t> ConfigurationMap::look_up(double uplink_bytes_per_s) const {
  if (entries.empty()) return std::nullopt;
  const auto above = std::lower_bound(
      entries.begin(), entries.end(), uplink_bytes_per_s,
      [](const Entry& entry, double goodput) { return entry.uplink_bytes_per_s < goodput; });
  if (above == entries.begin()) return 0;
  const auto place = static_cast<std::size_t>(above - entries.begin());
  if (above == entries.end()) return place - 1;
  const double up = above->uplink_bytes_per_s / uplink_bytes_per_s;
  const double down = uplink_bytes_per_s / (above - 1)->uplink_bytes_per_s;
  return up < down ? place : place - 1;
}

std::optional<ExactConfigurations::Choice> ExactConfigurations::look_up(
    double uplink_bytes_per_s) const {
  std::optional<Choice> fastest;
  for (std::size_t exit = exits.size(); exit-- > 0;) {
    const auto place = exits[exit].look_up(uplink_bytes_per_s);
    if (!place) continue;
    const Nanoseconds time =
        BandwidthEnvelope::latency(exits[exit].plans[*place], uplink_bytes_per_s);
    const Choice choice{static_cast<int>(exit), *place, time, time <= deadline};
    if (choice.feasible) return choice;
    if (!fastest || time < fastest->predicted) fastest = choice;
  }
  return fastest;
}

ExactConfigurations exact_configurations(const PlanRequest& request) {
  check_configurable(request, false);
  ExactConfigurations exact;
  exact.deadline = *request.deadline;
  for (int exit = 0; exit < request.graph.exit_count(); ++exit) {
    exact.exits.push_back(bandwidth_envelope(request, exit));
  }
  return exact;
}

}  // namespace branchline::planner
