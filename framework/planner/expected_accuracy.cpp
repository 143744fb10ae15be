#include "framework/planner/expected_accuracy.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>

#include "framework/base/error.h"
#include "framework/planner/plan_cost.h"

namespace branchline::planner {
namespace {

constexpr double kSameWorthInTheory = 1e-12;

void check_scenarios(const ExpectedAccuracyRequest& request) {
  const std::string where = "graph '" + request.graph.name + "'";
  if (request.graph.tiers.size() != 2) {
    throw InputError("it has " + std::to_string(request.graph.tiers.size()) + " tiers", where,
                     "profile it for device and edge");
  }
  for (const graph::ExitPoint& exit : request.graph.exits) {
    if (exit.accuracy) continue;
    throw InputError("the accuracy of exit '" + quotable(exit.name) + "' is not known", where,
                     "calibrate the model");
  }
  if (request.scenarios.empty()) {
    throw InputError("no scenario", "expected accuracy", "give at least one");
  }
  for (const Scenario& scenario : request.scenarios) {
    const MapConditions& now = scenario.conditions;
    const bool sound = scenario.weight > 0 && now.link.uplink_bytes_per_s > 0 &&
                       now.link.downlink_bytes_per_s > 0 && now.device_factor > 0 &&
                       now.edge_factor > 0 && now.edge_queue.count() >= 0 &&
                       now.link.round_trip.count() >= 0;
    if (sound) continue;
    throw InputError("a weight, goodput or factor is not above 0, or a time is negative",
                     "expected accuracy, a scenario", "give numbers above 0");
  }
}

/// Device time of what an exit needs besides units that the device has computed already; nullopt
/// when the device cannot run one of them.
std::optional<Nanoseconds> rest_of_exit(const graph::LayerGraph& graph, int exit,
                                        const std::vector<bool>& computed) {
  const std::vector<bool> needed = graph::units_of_exit(graph, exit);
  Nanoseconds rest{0};
  for (std::size_t id = 0; id < needed.size(); ++id) {
    if (!needed[id] || computed[id]) continue;
    if (!graph.units[id].time[0]) return std::nullopt;
    rest += *graph.units[id].time[0];
  }
  return rest;
}

bool within(Nanoseconds time, double factor, Nanoseconds deadline) {
  return factor * static_cast<double>(time.count()) <= static_cast<double>(deadline.count());
}

/// One plan's fate over the scenarios.
class FateOfPlan {
 public:
  FateOfPlan(const ExpectedAccuracyRequest& request, int exit, const MapPlan& plan)
      : request_(request), exit_(exit), plan_(plan) {
    map_.exit = exit;
    map_.result_bytes = result_bytes(plan_request(), exit);
    for (const Scenario& scenario : request.scenarios) weights_ += scenario.weight;
  }

  AccuracyForecast forecast() const {
    std::optional<AccuracyForecast> best;
    const auto take = [&best](const AccuracyForecast& other) {
      const bool safer = best && other.answered && !best->answered;
      const bool riskier = best && best->answered && !other.answered;
      const bool wins = !best || safer || (!riskier && other.worth > best->worth);
      if (wins) best = other;
    };
    take(with_insurance(std::nullopt, Nanoseconds(0), Nanoseconds(0)));
    const int exits = plan_.remote ? request_.graph.exit_count() : exit_;
    for (int exit = 0; exit < exits; ++exit) insure(exit, take);
    return *best;
  }

 private:
  PlanRequest plan_request() const {
    return {request_.graph, {1, 1, {}}, {}, exit_, {}, request_.result_bytes, Nanoseconds(0)};
  }

  template <typename Take>
  void insure(int exit, const Take& take) const {
    std::vector<bool> computed(plan_.tier.size());
    for (std::size_t id = 0; id < computed.size(); ++id) {
      computed[id] = plan_.remote && plan_.tier[id] == Tier::device;
    }
    const std::optional<Nanoseconds> rest = rest_of_exit(request_.graph, exit, computed);
    if (!rest) return;
    // A remote plan sends first; the other one computes the insurance on its way.
    const Nanoseconds ready = (plan_.remote ? plan_.device_time : Nanoseconds(0)) + *rest;
    double surely = 0;
    for (const Scenario& scenario : request_.scenarios) {
      if (within(ready, scenario.conditions.device_factor, request_.deadline)) {
        surely += scenario.weight;
      }
    }
    if (surely < request_.surely * weights_) return;
    take(with_insurance(exit, ready, plan_.remote ? Nanoseconds(0) : detour(exit)));
  }

  /// What passing an exit on the way to the planned one costs: the units that only it needs.
  Nanoseconds detour(int exit) const {
    std::vector<bool> on_the_way(plan_.tier.size());
    for (std::size_t id = 0; id < on_the_way.size(); ++id) on_the_way[id] = bool(plan_.tier[id]);
    return *rest_of_exit(request_.graph, exit, on_the_way);
  }

  double accuracy(int exit) const {
    return *request_.graph.exits[static_cast<std::size_t>(exit)].accuracy;
  }

  AccuracyForecast with_insurance(std::optional<int> insured, Nanoseconds ready,
                                  Nanoseconds detour) const {
    AccuracyForecast forecast;
    forecast.insured = insured;
    double expected = 0;
    for (const Scenario& scenario : request_.scenarios) {
      const MapConditions& now = scenario.conditions;
      const double share = scenario.weight / weights_;
      MapPlan plan = plan_;
      plan.device_time += detour;
      const Nanoseconds time = map_.latency(plan, now);
      expected += share * static_cast<double>(time.count());
      if (time <= request_.deadline) {
        forecast.in_time += share;
        forecast.worth += share * (accuracy(exit_) - plan_.accuracy_loss);
      } else if (insured && within(ready, now.device_factor, request_.deadline)) {
        forecast.worth += share * accuracy(*insured);
      }
    }
    forecast.answered = insured || (!plan_.remote && forecast.in_time >= request_.surely);
    forecast.expected_latency = Nanoseconds(std::llround(std::min(expected, 9e18)));
    return forecast;
  }

  const ExpectedAccuracyRequest& request_;
  int exit_;
  const MapPlan& plan_;
  PlanMap map_;  ///< for its prices
  double weights_ = 0;
};

bool worth_more(const AccuracyForecast& a, const AccuracyForecast& b) {
  if (a.answered != b.answered) return a.answered;
  if (std::abs(a.worth - b.worth) > kSameWorthInTheory) return a.worth > b.worth;
  return a.expected_latency < b.expected_latency;
}

}  // namespace

AccuracyForecast accuracy_forecast(const ExpectedAccuracyRequest& request, int exit,
                                   const MapPlan& plan) {
  return FateOfPlan(request, exit, plan).forecast();
}

std::optional<AccuratePlan> most_accurate_plan(const ExpectedAccuracyRequest& request) {
  check_scenarios(request);
  std::optional<AccuratePlan> best;
  for (int exit = request.graph.exit_count() - 1; exit >= 0; --exit) {
    const PlanMap map = plan_map(
        {request.graph, {1, 1, {}}, {}, exit, {}, request.result_bytes, Nanoseconds(0)}, exit);
    for (const MapPlan& plan : map.plans) {
      AccuratePlan candidate{exit, plan, accuracy_forecast(request, exit, plan)};
      if (best && !worth_more(candidate.forecast, best->forecast)) continue;
      best = std::move(candidate);
    }
  }
  return best;
}

}  // namespace branchline::planner
