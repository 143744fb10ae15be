#include "framework/runtime/plan_forecast.h"

#include <algorithm>
#include <cmath>

namespace branchline::runtime {
namespace {

constexpr double kLeastLogDeviation = 0.15;  // no goodput is known better than that
constexpr double kEdgeMargin = 0.1;
constexpr double kLongestNs = 1e17;         // three years: no overflow in sums
constexpr double kLeastDeviceShare = 0.02;  // standard deviation of a device's time, of its mean

Duration transfer(std::int64_t bytes, double bytes_per_s) {
  const double ns = bytes_per_s > 0 ? static_cast<double>(bytes) * 1e9 / bytes_per_s : kLongestNs;
  return Duration(std::llround(std::min(ns, kLongestNs)));
}

double normal_share_below(double deviations) { return 0.5 * std::erfc(-deviations / std::sqrt(2)); }

double ratio(Duration a, Duration b) {
  return static_cast<double>(a.count()) / static_cast<double>(b.count());
}

/// A device-only plan fails to be in time only by the device's own spread.
double device_in_time(const PlanTimes& plan, Duration budget) {
  if (plan.device <= Duration::zero()) return budget > Duration::zero() ? 1 : 0;
  // device_cautious stands three deviations off.
  const double deviation =
      std::max(static_cast<double>((plan.device_cautious - plan.device).count()) / 3,
               kLeastDeviceShare * static_cast<double>(plan.device.count()));
  return normal_share_below(static_cast<double>((budget - plan.device).count()) / deviation);
}

double spread_of(const LinkConditions& link) {
  return std::max(link.log_deviation, kLeastLogDeviation);
}

double remote_in_time(const PlanTimes& plan, const Forecast& forecast, const LinkConditions& link,
                      Duration budget) {
  const Duration margin((plan.device_cautious - plan.device).count() / 2 +
                        std::llround(kEdgeMargin * static_cast<double>(plan.edge.count())));
  const Duration left = budget - forecast.device - forecast.encode - forecast.edge - margin;
  const Duration on_link = forecast.uplink + forecast.downlink;
  if (left <= Duration::zero()) return 0;
  if (on_link <= Duration::zero()) return 1;
  return normal_share_below(std::log(ratio(left, on_link)) / spread_of(link));
}

}  // namespace

double comparable_accuracy(std::optional<double> accuracy, int exit, int exits) {
  if (accuracy) return *accuracy;
  return 0.5 + 0.5 * static_cast<double>(exit + 1) / static_cast<double>(exits);
}

Duration exchange_p95(const Forecast& forecast, const LinkConditions& link) {
  constexpr double kNormalP95 = 1.645;
  const auto ns = [](Duration time) { return static_cast<double>(time.count()); };
  const double on_link = ns(forecast.uplink + forecast.downlink);
  return Duration(std::llround(std::min(
      on_link * std::exp(kNormalP95 * spread_of(link)) + (1 + kEdgeMargin) * ns(forecast.edge),
      kLongestNs)));
}

Forecast forecast(const PlanTimes& plan, const LinkConditions& link, Duration budget) {
  Forecast result;
  result.device = plan.device + plan.tail;
  if (plan.remote) {
    result.encode = plan.encode;
    const auto paid = std::max<std::int64_t>(
        0, plan.bytes_up + link.overhead_up - static_cast<std::int64_t>(link.free_bytes_up));
    result.uplink = link.backlog + transfer(paid, link.uplink_bytes_per_s) + link.round_trip / 2;
    result.edge = link.edge_queue + plan.edge;
    result.downlink = transfer(plan.bytes_down + link.overhead_down, link.downlink_bytes_per_s) +
                      link.round_trip / 2;
  }
  result.total = result.device + result.encode + result.uplink + result.edge + result.downlink;
  result.in_time =
      plan.remote ? remote_in_time(plan, result, link, budget) : device_in_time(plan, budget);

  const int exits = static_cast<int>(plan.insurance.size());
  const Duration spent = plan.remote ? plan.device_cautious + plan.encode : Duration::zero();
  const int deepest = plan.remote ? exits - 1 : plan.exit - 1;
  double insured_accuracy = 0;
  for (int exit = 0; exit <= deepest; ++exit) {
    const auto index = static_cast<std::size_t>(exit);
    if (spent + plan.insurance[index] > budget) continue;
    result.insured = exit;
    insured_accuracy = std::max(insured_accuracy,
                                comparable_accuracy(plan.insurance_accuracy[index], exit, exits));
  }
  result.worth = result.in_time * comparable_accuracy(plan.accuracy, plan.exit, exits) +
                 (1 - result.in_time) * insured_accuracy;
  return result;
}

}  // namespace branchline::runtime
