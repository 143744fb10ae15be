#include "framework/planner/plan_cost.h"

#include <algorithm>
#include <cstddef>
#include <limits>

#include "framework/planner/internal/placement_price.h"

namespace branchline::planner {
namespace {

/// Whether the set of ids in `a` comes before that in `b`: -1, 0 or 1. At the first id in which
/// they differ the set that has it comes first, unless the other has no more ids.
template <typename Member>
int compare_sets(const Plan& a, const Plan& b, const Member& member) {
  const std::size_t size = std::min(a.tier.size(), b.tier.size());
  for (std::size_t id = 0; id < size; ++id) {
    const bool in_a = member(a.tier[id]);
    if (in_a == member(b.tier[id])) continue;
    const Plan& other = in_a ? b : a;
    const bool other_ended = std::none_of(other.tier.begin() + static_cast<std::ptrdiff_t>(id),
                                          other.tier.end(), member);
    return in_a != other_ended ? -1 : 1;
  }
  return 0;
}

}  // namespace

std::optional<Plan> price_plan(const PlanRequest& request, int exit,
                               const std::vector<std::optional<Tier>>& tier) {
  return internal::price_placement(request, exit, tier, nullptr);
}

std::optional<Plan> price_plan(const PlanRequest& request, int exit,
                               const std::vector<std::optional<Tier>>& tier,
                               const std::vector<CrossingCodec>& codecs) {
  PlanRequest uncapped = request;
  uncapped.max_accuracy_loss.reset();
  uncapped.direct_link.reset();
  return internal::price_placement(uncapped, exit, tier, &codecs);
}

bool better(const Plan& a, const Plan& b) {
  const auto remote = [](const std::optional<Tier>& tier) { return tier > Tier::device; };
  const auto on_cloud = [](const std::optional<Tier>& tier) { return tier == Tier::cloud; };
  const auto count = [](const Plan& plan, const auto& member) {
    return std::count_if(plan.tier.begin(), plan.tier.end(), member);
  };
  if (a.predicted != b.predicted) return a.predicted < b.predicted;
  const auto remote_a = count(a, remote), remote_b = count(b, remote);
  if (remote_a != remote_b) return remote_a < remote_b;
  const auto cloud_a = count(a, on_cloud), cloud_b = count(b, on_cloud);
  if (cloud_a != cloud_b) return cloud_a < cloud_b;
  const int order = compare_sets(a, b, remote);
  return order != 0 ? order < 0 : compare_sets(a, b, on_cloud) < 0;
}

std::int64_t result_bytes(const PlanRequest& request, int exit) {
  if (request.result_bytes) return *request.result_bytes;
  const graph::ValueId value = request.graph.exits[static_cast<std::size_t>(exit)].value;
  const graph::Unit& unit = request.graph.units[static_cast<std::size_t>(value.unit)];
  if (unit.outputs.empty()) return unit.output_bytes;
  return unit.outputs[static_cast<std::size_t>(value.index)].bytes();
}

Nanoseconds transfer_time(std::int64_t bytes, double bytes_per_s) {
  // In double where its error cannot change the rounding: long double takes up to 110 ns, which was
  // most of what the linear planners took.
  constexpr double kExactBytes = 1e15, kSmall = 1e12, kMargin = 1e-3;
  const double rough = static_cast<double>(bytes) * 1e9 / bytes_per_s + 0.5;
  if (static_cast<double>(bytes) < kExactBytes && rough < kSmall) {
    const auto whole = static_cast<std::int64_t>(rough);
    const double rest = rough - static_cast<double>(whole);
    if (rest > kMargin && rest < 1 - kMargin) return Nanoseconds(whole);
  }
  constexpr auto kLargest = static_cast<long double>(std::numeric_limits<std::int64_t>::max());
  const long double time =
      static_cast<long double>(bytes) * 1e9L / static_cast<long double>(bytes_per_s);
  if (!(time < kLargest)) return Nanoseconds::max();
  return Nanoseconds(static_cast<std::int64_t>(time + 0.5L));
}

}  // namespace branchline::planner
