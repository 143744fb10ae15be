#include "framework/planner/bandwidth_envelope.h"

#include <algorithm>
#include <utility>

#include "framework/planner/internal/resource_cut.h"
#include "framework/planner/plan_cost.h"

namespace branchline::planner {
namespace {

using internal::ResourceCut;
using internal::ResourcePlan;
using internal::WideSum;

class EnvelopeSearch {
 public:
  EnvelopeSearch(const PlanRequest& request, int exit)
      : cut_(request.graph, exit),
        remote_(
            WideSum{request.link.round_trip.count()} + request.edge_queue.count() +
            transfer_time(result_bytes(request, exit), request.link.downlink_bytes_per_s).count()) {
  }

  BandwidthEnvelope build() {
    const auto cheapest_bytes = solve(1, remote_ + kMoreThanAnyTime);
    if (!cheapest_bytes) return {};
    const Line& slow_end = *cheapest_bytes;
    const Line fast_end = *solve(kMoreThanAnyBytes, 1);
    take(slow_end);
    between(slow_end, fast_end);
    if (fast_end.uplink_bytes != slow_end.uplink_bytes) take(fast_end);
    return std::move(envelope_);
  }

 private:
  // ResourceCut takes sums below 2^40 only.
  static constexpr WideSum kMoreThanAnyTime = WideSum{1} << 42;
  static constexpr WideSum kMoreThanAnyBytes = WideSum{1} << 40;

  struct Line {
    ResourcePlan plan;
    WideSum fixed = 0;
    WideSum uplink_bytes = 0;
  };

  /// The cheapest line when a nanosecond weighs `time` and a byte `byte`.
  std::optional<Line> solve(WideSum time, WideSum byte) {
    ++envelope_.min_cuts;
    std::optional<ResourcePlan> plan = cut_.cheapest({time, time, byte}, time * remote_);
    if (!plan) return std::nullopt;
    Line line{std::move(*plan), 0, 0};
    line.fixed = WideSum{line.plan.uses[internal::kDeviceTime]} +
                 line.plan.uses[internal::kEdgeTime] + (line.plan.remote() ? remote_ : 0);
    line.uplink_bytes = line.plan.uses[internal::kUplinkBytes];
    return line;
  }

  /// Takes the lines that lie below both where they cross; `slow` has fewer bytes and more fixed
  /// time.
  void between(const Line& slow, const Line& fast) {
    const WideSum byte = slow.fixed - fast.fixed;
    const WideSum time = fast.uplink_bytes - slow.uplink_bytes;
    if (byte <= 0 || time <= 0) return;
    const Line middle = *solve(time, byte);
    const WideSum crossing = slow.fixed * time + slow.uplink_bytes * byte;
    if (middle.fixed * time + middle.uplink_bytes * byte >= crossing) return;
    between(slow, middle);
    take(middle);
    between(middle, fast);
  }

  /// Lines come in the order of the envelope, from slow links to fast ones.
  void take(const Line& line) {
    EnvelopePlan plan;
    plan.tier = cut_.tiers(line.plan.labels);
    plan.codecs = line.plan.codecs;
    plan.accuracy_loss = line.plan.accuracy_loss;
    plan.fixed = internal::clamped_time(line.fixed);
    plan.uplink_bytes = internal::clamped(line.uplink_bytes);
    if (!envelope_.plans.empty()) {
      plan.from_bytes_per_s = static_cast<double>(line.uplink_bytes - last_.uplink_bytes) * 1e9 /
                              static_cast<double>(last_.fixed - line.fixed);
    }
    envelope_.plans.push_back(std::move(plan));
    last_ = line;
  }

  ResourceCut cut_;
  WideSum remote_;  ///< paid once when anything is remote
  BandwidthEnvelope envelope_;
  Line last_;  ///< taken last
};

}  // namespace

std::optional<std::size_t> BandwidthEnvelope::look_up(double uplink_bytes_per_s) const {
  if (plans.empty()) return std::nullopt;
  const auto beyond = std::upper_bound(
      plans.begin() + 1, plans.end(), uplink_bytes_per_s,
      [](double goodput, const EnvelopePlan& plan) { return goodput < plan.from_bytes_per_s; });
  return static_cast<std::size_t>(beyond - plans.begin()) - 1;
}

Nanoseconds BandwidthEnvelope::latency(const EnvelopePlan& plan, double uplink_bytes_per_s) {
  return internal::clamped_time(WideSum{plan.fixed.count()} +
                                transfer_time(plan.uplink_bytes, uplink_bytes_per_s).count());
}

BandwidthEnvelope bandwidth_envelope(const PlanRequest& request, int exit) {
  return EnvelopeSearch(request, exit).build();
}

}  // namespace branchline::planner
