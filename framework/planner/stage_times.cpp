#include "framework/planner/stage_times.h"

#include <algorithm>
#include <limits>

#include "framework/base/error.h"

namespace branchline::planner {

Nanoseconds StageTimes::longest() const {
  return std::max({device, uplink, edge, downlink, uplink2, cloud, downlink2});
}

double StageTimes::frames_per_s() const {
  const auto period = static_cast<double>(longest().count());
  return period > 0 ? 1e9 / period : std::numeric_limits<double>::infinity();
}

StageTimes stage_times(const PlanRequest& request, const Plan& plan) {
  BL_EXPECT(!request.direct_link, "stages past the edge are not told apart");
  const auto uses = [&plan](Tier tier) {
    return std::find(plan.tier.begin(), plan.tier.end(), tier) != plan.tier.end();
  };
  const bool cloud = uses(Tier::cloud), remote = cloud || uses(Tier::edge);
  const Nanoseconds round_trip = remote ? request.link.round_trip : Nanoseconds(0);
  const Nanoseconds round_trip2 = cloud ? request.link2->round_trip : Nanoseconds(0);
  const Breakdown& parts = plan.breakdown;
  StageTimes times;
  times.device = parts.device;
  times.uplink = parts.uplink - (round_trip - round_trip / 2);
  times.edge = parts.edge - (remote ? request.edge_queue : Nanoseconds(0));
  times.downlink = parts.downlink - round_trip / 2;
  times.uplink2 = parts.uplink2 - (round_trip2 - round_trip2 / 2);
  times.cloud = parts.cloud;
  times.downlink2 = parts.downlink2 - round_trip2 / 2;
  return times;
}

}  // namespace branchline::planner
