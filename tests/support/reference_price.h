#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <set>
#include <tuple>
#include <vector>

#include "framework/planner/plan_request.h"

namespace branchline::testing {

/// What a placement costs, written down a second time and as plainly as possible: list every
/// crossing as (producer, link, direction) in a set, so that each counts once, then add up. For
/// small numbers only: nothing here saturates.
struct ReferencePrice {
  std::int64_t predicted_ns = 0;
  std::int64_t uplink_bytes = 0, downlink_bytes = 0, uplink2_bytes = 0, downlink2_bytes = 0;
};

inline std::int64_t reference_transfer_ns(std::int64_t bytes, double bytes_per_s) {
  return std::llround(static_cast<double>(bytes) * 1e9 / bytes_per_s);
}

inline std::optional<ReferencePrice> reference_price(
    const planner::PlanRequest& request, int exit,
    const std::vector<std::optional<Tier>>& placement) {
  enum Direction { kUp, kDown };
  const auto& units = request.graph.units;
  const auto tier_of = [&](std::int32_t unit) {
    return static_cast<int>(*placement[static_cast<std::size_t>(unit)]);
  };
  ReferencePrice price;
  std::set<std::tuple<std::int32_t, int, Direction>> crossings;
  int outermost = 0;
  for (const graph::Unit& unit : units) {
    if (!placement[static_cast<std::size_t>(unit.id)]) continue;
    const int tier = tier_of(unit.id);
    const auto& time = unit.time.at(static_cast<std::size_t>(tier));
    if (!time) return std::nullopt;
    price.predicted_ns += time->count();
    outermost = std::max(outermost, tier);
    for (const graph::ValueId& input : unit.inputs) {
      for (int link = tier_of(input.unit); link < tier; ++link) {
        crossings.insert({input.unit, link, kUp});
      }
      for (int link = tier; link < tier_of(input.unit); ++link) {
        crossings.insert({input.unit, link, kDown});
      }
    }
  }
  const std::int32_t exit_unit = request.graph.exits[static_cast<std::size_t>(exit)].value.unit;
  const std::int32_t result = -1;
  for (int link = 0; link < tier_of(exit_unit); ++link) crossings.insert({result, link, kDown});
  for (const auto& [unit, link, direction] : crossings) {
    const graph::Unit& sent = units[static_cast<std::size_t>(unit == result ? exit_unit : unit)];
    if (!sent.transmissible) return std::nullopt;
    const std::int64_t bytes =
        unit == result && request.result_bytes ? *request.result_bytes : sent.output_bytes;
    const planner::LinkSpeed& speed = link == 0 ? request.link : *request.link2;
    std::int64_t& total = link == 0
                              ? (direction == kUp ? price.uplink_bytes : price.downlink_bytes)
                              : (direction == kUp ? price.uplink2_bytes : price.downlink2_bytes);
    total += bytes;
    price.predicted_ns += reference_transfer_ns(
        bytes, direction == kUp ? speed.uplink_bytes_per_s : speed.downlink_bytes_per_s);
  }
  if (outermost >= 1) {
    price.predicted_ns += request.link.round_trip.count() + request.edge_queue.count();
  }
  if (outermost >= 2) price.predicted_ns += request.link2->round_trip.count();
  return price;
}

}  // namespace branchline::testing
