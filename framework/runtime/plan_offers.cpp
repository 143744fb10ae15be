#include "framework/runtime/plan_offers.h"

#include <algorithm>
#include <utility>

#include "framework/runtime/insurance.h"

namespace branchline::runtime {

Duration PlanPricing::edge_time(const RemotePart& part) const {
  Duration time{0};
  for (const UnitRange& range : part.units) {
    for (std::int32_t unit = range.first; unit <= range.last; ++unit) {
      const auto& times = graph.units[static_cast<std::size_t>(unit)].time;
      if (times.size() > 1 && times[1]) time += *times[1];
    }
  }
  return time;
}

PlanTimes PlanPricing::times_of(const RunnablePlan& plan) const {
  PlanTimes times;
  times.exit = plan.exit;
  times.remote = plan.remote.has_value();
  times.accuracy = wire.accuracy(plan.exit, {});
  const Insurance ladder(plan.ladder, device_ratio);
  // Exit 1 stands between a request and no answer in time, so that it must surely fit.
  const Duration first = ladder.cautious(0);
  for (std::size_t exit = 0; exit < plan.ladder.rungs.size(); ++exit) {
    times.insurance.push_back(std::max(first, ladder.likely(static_cast<int>(exit))));
    times.insurance_accuracy.push_back(wire.accuracy(static_cast<int>(exit), {}));
  }
  if (!plan.remote) {
    times.device = ladder.expected(plan.exit);
    times.device_cautious = ladder.cautious(plan.exit);
    return times;
  }
  for (const DeviceStep& step : plan.front) {
    times.device += step.time->expected(device_ratio);
    times.device_cautious += step.time->cautious(device_ratio);
  }
  for (const DeviceStep& step : plan.tail) times.tail += step.time->expected(device_ratio);
  for (const graph::ValueId& value : plan.remote->returned) times.bytes_down += wire.bytes(value);
  times.edge = scaled(edge_time(*plan.remote), edge_ratio);
  return times;
}

PlanTimes PlanPricing::sent_as(PlanTimes times, const WireCosts::Crossing& crossing) const {
  times.bytes_up = crossing.bytes;
  times.encode = crossing.encode;
  times.edge += scaled(crossing.decode, edge_ratio);
  if (times.accuracy) *times.accuracy -= crossing.loss;
  return times;
}

void PlanPricing::add(const RunnablePlan& plan, std::size_t index, PlanOffers& offers) const {
  PlanTimes times = times_of(plan);
  if (!plan.remote) {
    offers.candidates.push_back({std::move(times), plan.place, plan.key});
    offers.ways.push_back({index, {}});
    return;
  }
  for (const auto& crossing :
       wire.crossings(plan.exit, plan.remote->sent, first_level, last_level)) {
    offers.candidates.push_back({sent_as(times, crossing), plan.place,
                                 plan.key + " level " + std::to_string(crossing.level)});
    offers.ways.push_back({index, crossing});
  }
}

}  // namespace branchline::runtime
