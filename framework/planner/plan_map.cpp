#include "framework/planner/plan_map.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>
#include <utility>

#include "framework/base/error.h"
#include "framework/planner/internal/lower_hull.h"
#include "framework/planner/internal/resource_cut.h"
#include "framework/planner/plan_cost.h"

namespace branchline::planner {
namespace {

using internal::ResourceCut;
using internal::ResourcePlan;

MapPlan map_plan(const ResourceCut& cut, const ResourcePlan& plan) {
  MapPlan entry;
  entry.tier = cut.tiers(plan.labels);
  entry.device_time = Nanoseconds(plan.uses[internal::kDeviceTime]);
  entry.edge_time = Nanoseconds(plan.uses[internal::kEdgeTime]);
  entry.uplink_bytes = plan.uses[internal::kUplinkBytes];
  entry.remote = plan.remote();
  entry.codecs = plan.codecs;
  entry.accuracy_loss = plan.accuracy_loss;
  return entry;
}

/// The latency's coefficients, in ns.
struct MapPrices {
  double device, edge, byte, remote;

  MapPrices(const MapConditions& conditions, std::int64_t result_bytes)
      : device(conditions.device_factor),
        edge(conditions.edge_factor),
        byte(1e9 / conditions.link.uplink_bytes_per_s),
        remote(static_cast<double>(conditions.link.round_trip.count()) +
               static_cast<double>(conditions.edge_queue.count()) +
               static_cast<double>(result_bytes) * 1e9 / conditions.link.downlink_bytes_per_s) {}

  double of(const MapPlan& plan) const {
    return device * static_cast<double>(plan.device_time.count()) +
           edge * static_cast<double>(plan.edge_time.count()) +
           byte * static_cast<double>(plan.uplink_bytes) + (plan.remote ? remote : 0.0);
  }
};

Nanoseconds whole_nanoseconds(double time) {
  constexpr auto kLargest = static_cast<double>(std::numeric_limits<std::int64_t>::max());
  return time < kLargest ? Nanoseconds(std::llround(time)) : Nanoseconds::max();
}

}  // namespace

Nanoseconds PlanMap::latency(const MapPlan& plan, const MapConditions& conditions) const {
  return whole_nanoseconds(MapPrices(conditions, result_bytes).of(plan));
}

std::optional<MapChoice> PlanMap::look_up(const MapConditions& conditions) const {
  const MapPrices prices(conditions, result_bytes);
  std::optional<std::size_t> fastest;
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t place = 0; place < plans.size(); ++place) {
    const double time = prices.of(plans[place]);
    if (fastest && !(time < least)) continue;
    fastest = place;
    least = time;
  }
  if (!fastest) return std::nullopt;
  return MapChoice{*fastest, whole_nanoseconds(least)};
}

/// What is paid once when anything is remote needs no coordinate of its own: it only ever favours
/// the plan that stays on the device, and that one is always in the map.
PlanMap plan_map(const PlanRequest& request, int exit) {
  PlanMap map;
  map.exit = exit;
  map.result_bytes = result_bytes(request, exit);
  const ResourceCut cut(request.graph, exit);
  std::vector<ResourcePlan> solved;
  if (!cut.cheapest({1, 1, 1}, 0)) return map;
  const auto numbers = internal::lower_hull([&](const internal::HullWeights& weights) {
    solved.push_back(*cut.cheapest(weights, 0));
    return internal::HullAnswer{solved.size() - 1, solved.back().uses};
  });
  map.min_cuts = static_cast<int>(solved.size()) + 1;
  if (const auto home = cut.device_only()) map.plans.push_back(map_plan(cut, *home));
  for (const std::size_t number : numbers) {
    const MapPlan plan = map_plan(cut, solved[number]);
    if (map.plans.empty() || plan != map.plans.front()) map.plans.push_back(plan);
  }
  std::sort(map.plans.begin(), map.plans.end(), [](const MapPlan& a, const MapPlan& b) {
    return std::tie(a.uplink_bytes, a.device_time, a.edge_time) <
           std::tie(b.uplink_bytes, b.device_time, b.edge_time);
  });
  return map;
}

}  // namespace branchline::planner
