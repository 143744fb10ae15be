#include "framework/runtime/link_conditions.h"

#include <algorithm>
#include <cmath>

namespace branchline::runtime {
namespace {

constexpr Duration kStaleAfter = std::chrono::seconds(1);
constexpr double kUnmeasuredBytesPerS = 1e6;

}  // namespace

LinkConditions conditions_of(const LinkView& link) {
  LinkConditions now;
  now.edge_queue = link.edge_queue;
  now.backlog = link.backlog;
  now.overhead_up = static_cast<std::int64_t>(link.up_overhead);
  now.overhead_down = static_cast<std::int64_t>(link.down_overhead);
  now.uplink_bytes_per_s = now.downlink_bytes_per_s = kUnmeasuredBytesPerS;
  now.log_deviation = 1;
  if (!link.measured) return now;
  const transport::LinkEstimate::Values& values = *link.measured;
  now.round_trip = values.round_trip;
  if (values.uplink_bytes_per_s <= 0) return now;
  now.uplink_bytes_per_s = values.uplink_bytes_per_s;
  // Answers are small: until one was large enough to measure, the downlink counts as the uplink.
  now.downlink_bytes_per_s =
      values.downlink_bytes_per_s > 0 ? values.downlink_bytes_per_s : values.uplink_bytes_per_s;
  now.burst_bytes_up = values.uplink_burst_bytes;
  now.free_bytes_up = values.uplink_free_bytes_after(link.age);
  const double age_s = std::chrono::duration<double>(link.age).count();
  now.log_deviation =
      std::hypot(values.uplink_log_deviation, 0.1 * std::sqrt(std::max(age_s, 0.0)));
  return now;
}

EdgeReach access_of(const LinkView& link) {
  EdgeReach access;
  if (!link.configured) access.barred = Why::no_edge;
  if (link.configured && !link.up) {
    access.barred = link.mismatch ? Why::edge_incompatible : Why::link_down;
  }
  if (link.up && link.draining) access.barred = Why::edge_draining;
  access.measured = link.measured && (link.tried || link.measured->uplink_bytes_per_s > 0);
  access.stale = access.measured && link.age > kStaleAfter;
  return access;
}

Link describe_link(const LinkView& view) {
  Link link;
  link.up = view.up;
  link.edge = view.edge;
  link.age = view.age;
  if (view.measured) {
    link.uplink_bps = 8 * view.measured->uplink_bytes_per_s;
    link.downlink_bps = 8 * view.measured->downlink_bytes_per_s;
    link.round_trip = view.measured->round_trip;
  }
  return link;
}

}  // namespace branchline::runtime
