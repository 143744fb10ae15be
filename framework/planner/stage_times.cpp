#include "framework/planner/stage_times.h"

#include <algorithm>
#include <limits>

namespace branchline::planner {
namespace {

Nanoseconds without(Nanoseconds part, Nanoseconds delay) {
  return std::max(part - delay, Nanoseconds(0));
}

}  // namespace

Nanoseconds StageTimes::longest() const {
  return std::max({device, uplink, edge, downlink, uplink2, cloud, downlink2});
}

double StageTimes::frames_per_s() const {
  const auto period = static_cast<double>(longest().count());
  return period > 0 ? 1e9 / period : std::numeric_limits<double>::infinity();
}

StageTimes stage_times(const PlanRequest& request, const Plan& plan) {
  const Breakdown& part = plan.breakdown;
  StageTimes stages{part.device,  part.uplink, part.edge,     part.downlink,
                    part.uplink2, part.cloud,  part.downlink2};
  const bool cloud = !units_on(plan, Tier::cloud).empty();
  const bool remote = cloud || !units_on(plan, Tier::edge).empty();
  if (remote) {
    const Nanoseconds round_trip = request.link.round_trip;
    stages.uplink = without(stages.uplink, round_trip - round_trip / 2);
    stages.downlink = without(stages.downlink, round_trip / 2);
    stages.edge = without(stages.edge, request.edge_queue);
  }
  if (cloud) {
    const Nanoseconds round_trip = request.link2->round_trip;
    stages.uplink2 = without(stages.uplink2, round_trip - round_trip / 2);
    stages.downlink2 = without(stages.downlink2, round_trip / 2);
  }
  return stages;
}

}  // namespace branchline::planner
