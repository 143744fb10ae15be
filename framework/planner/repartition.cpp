#include "framework/planner/repartition.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "framework/base/error.h"
#include "framework/planner/internal/exact_cut.h"
#include "framework/planner/plan_cost.h"

namespace branchline::planner {
namespace {

using internal::Cost;
using internal::CutProblem;
using internal::kForbidden;
using internal::WideSum;

bool moved(double before, double now, double tolerance) {
  return std::abs(now - before) > tolerance * before;
}

bool moved(const std::optional<Nanoseconds>& before, const std::optional<Nanoseconds>& now,
           double tolerance) {
  if (!before || !now) return before != now;
  return moved(static_cast<double>(before->count()), static_cast<double>(now->count()), tolerance);
}

bool moved(const LinkSpeed& before, const LinkSpeed& now, double tolerance) {
  return moved(before.uplink_bytes_per_s, now.uplink_bytes_per_s, tolerance) ||
         moved(before.downlink_bytes_per_s, now.downlink_bytes_per_s, tolerance) ||
         moved(before.round_trip, now.round_trip, tolerance);
}

/// Consecutive blocks first … last of the exit's chain.
struct BlockSpan {
  std::int32_t first = 0, last = 0;

  void include(std::int32_t block) {
    first = std::min(first, block);
    last = std::max(last, block);
  }
};

class PartialCut {
 public:
  PartialCut(const PlanRequest& now, const Plan& in_force)
      : now_(now),
        in_force_(in_force),
        needed_(graph::units_of_exit(now.graph, in_force.exit)),
        cuts_(graph::cut_vertices(now.graph, in_force.exit)) {}

  bool has_blocks() const { return cuts_.size() > 1; }

  /// Empty when the changes lie outside the window.
  std::optional<BlockSpan> touched(const WeightChanges& changes,
                                   const std::optional<int>& window_blocks) const {
    const auto blocks = static_cast<std::int32_t>(cuts_.size()) - 1;
    const BlockSpan boundary = where_tiers_change();
    const std::int32_t reach = window_blocks ? std::min(*window_blocks, blocks) : blocks;
    const BlockSpan window{std::max(0, boundary.first - reach),
                           std::min(blocks - 1, boundary.last + reach)};
    if (changes.links) return window;
    std::optional<BlockSpan> span;
    for (const std::int32_t unit : changes.units) {
      if (!needed_[static_cast<std::size_t>(unit)]) continue;
      if (!span) span = boundary;
      span->include(std::clamp(block_of(unit), window.first, window.last));
      // A cut vertex belongs to the block behind it too.
      span->include(std::clamp(block_of(unit + 1), window.first, window.last));
    }
    return span;
  }

  /// The plan in force with the span's units on their best tiers; nullopt when none can run.
  std::optional<Plan> solve(const BlockSpan& span, std::int32_t& solved_units) const {
    const CutProblem problem = part(span);
    solved_units = static_cast<std::int32_t>(problem.nodes.size());
    const std::optional<internal::ExactCut> cut = internal::exact_cut(problem);
    if (!cut) return std::nullopt;
    std::vector<std::optional<Tier>> tier = in_force_.tier;
    for (std::size_t at = 0; at < problem.nodes.size(); ++at) {
      tier[static_cast<std::size_t>(problem.nodes[at].unit)] = cut->labels[at];
    }
    return price_plan(now_, in_force_.exit, tier);
  }

 private:
  Tier tier_of(std::int32_t unit) const { return *in_force_.tier[static_cast<std::size_t>(unit)]; }

  /// The block that ends with the unit or has it inside.
  std::int32_t block_of(std::int32_t unit) const {
    const auto at = std::lower_bound(cuts_.begin(), cuts_.end(), unit) - cuts_.begin();
    return static_cast<std::int32_t>(
        std::clamp<std::ptrdiff_t>(at - 1, 0, static_cast<std::ptrdiff_t>(cuts_.size()) - 2));
  }

  /// From the first to the last block whose ends stand on different tiers; where nothing leaves the
  /// device, the last block: the cut lies behind it.
  BlockSpan where_tiers_change() const {
    const auto last = static_cast<std::int32_t>(cuts_.size()) - 2;
    std::optional<BlockSpan> span;
    for (std::int32_t block = 0; block <= last; ++block) {
      const auto at = static_cast<std::size_t>(block);
      const Tier here = tier_of(cuts_[at]), there = tier_of(cuts_[at + 1]);
      BL_EXPECT(here <= there, "data flows back in the plan in force");
      if (here == there) continue;
      if (!span) span = BlockSpan{block, block};
      span->include(block);
    }
    return span.value_or(BlockSpan{last, last});
  }

  /// The two cut vertices at its ends keep their tiers; only the exit itself may move.
  CutProblem part(const BlockSpan& span) const {
    const auto first = static_cast<std::size_t>(span.first);
    const auto last = static_cast<std::size_t>(span.last) + 1;
    CutProblem problem = internal::cut_problem_between(now_, needed_, cuts_[first], cuts_[last]);
    freeze(problem.nodes.front());
    if (last + 1 == cuts_.size()) {
      problem.crossing = internal::crossings_of(now_, in_force_.exit);
    } else {
      freeze(problem.nodes.back());
    }
    return problem;
  }

  void freeze(internal::CutNode& node) const {
    node.compute.fill(kForbidden);
    node.compute[static_cast<std::size_t>(tier_of(node.unit))] = 0;
  }

  const PlanRequest& now_;
  const Plan& in_force_;
  std::vector<bool> needed_;
  std::vector<std::int32_t> cuts_;
};

/// Weights travel as data does: to the cloud by way of the edge.
Nanoseconds time_to_switch(const PlanRequest& now, const Plan& from, const Plan& to,
                           const SwitchTerms& terms) {
  std::array<WideSum, 2> bytes{};
  for (std::size_t id = 0; id < to.tier.size() && !terms.resident.empty(); ++id) {
    const bool there = !to.tier[id] || to.tier[id] <= from.tier[id] || terms.resident[id];
    if (there) continue;
    const std::int64_t weights = now.graph.units[id].features.weight_bytes;
    bytes[0] += weights;
    if (to.tier[id] == Tier::cloud) bytes[1] += weights;
  }
  WideSum time = terms.warm_up.count();
  time += transfer_time(internal::clamped(bytes[0]), now.link.uplink_bytes_per_s).count();
  if (bytes[1] > 0) {
    time += transfer_time(internal::clamped(bytes[1]), now.link2->uplink_bytes_per_s).count();
  }
  return internal::clamped_time(time);
}

}  // namespace

bool ChangeTrigger::add(double measured) {
  const bool outside = std::abs(measured - planned_) > tolerance_ * planned_;
  const int side = !outside ? 0 : measured > planned_ ? 1 : -1;
  outside_ = side == 0 ? 0 : outside_ * side > 0 ? outside_ + side : side;
  return std::abs(outside_) >= samples_;
}

WeightChanges changes_between(const PlanRequest& before, const PlanRequest& now, double tolerance) {
  BL_EXPECT(before.graph.units.size() == now.graph.units.size(), "the requests' graphs differ");
  WeightChanges changes;
  for (const graph::Unit& unit : now.graph.units) {
    const auto& old_time = before.graph.units[static_cast<std::size_t>(unit.id)].time;
    BL_EXPECT(old_time.size() == unit.time.size(), "the requests' tiers differ");
    for (std::size_t tier = 0; tier < unit.time.size(); ++tier) {
      if (!moved(old_time[tier], unit.time[tier], tolerance)) continue;
      changes.units.push_back(unit.id);
      break;
    }
  }
  changes.links = moved(before.link, now.link, tolerance) ||
                  moved(before.edge_queue, now.edge_queue, tolerance) ||
                  before.link2.has_value() != now.link2.has_value() ||
                  (now.link2 && moved(*before.link2, *now.link2, tolerance));
  return changes;
}

std::optional<Repartition> repartition(const PlanRequest& now, const Plan& in_force,
                                       const WeightChanges& changes, const SwitchTerms& terms) {
  BL_EXPECT(in_force.tier.size() == now.graph.units.size(), "the plan is for another graph");
  const std::optional<Plan> kept = price_plan(now, in_force.exit, in_force.tier);
  const PartialCut cut(now, in_force);
  const std::optional<BlockSpan> span =
      cut.has_blocks() ? cut.touched(changes, terms.window_blocks) : std::nullopt;
  Repartition result;
  std::optional<Plan> found;
  if (span) found = cut.solve(*span, result.solved_units);
  const bool wins = found && (!kept || better(*found, *kept));
  if (!wins && !kept) return std::nullopt;
  result.plan = wins ? *found : *kept;
  if (kept) result.before = kept->predicted;
  if (!wins) return result;
  result.switching = time_to_switch(now, in_force, result.plan, terms);
  const WideSum gain =
      kept ? WideSum{kept->predicted.count()} - result.plan.predicted.count() : WideSum{0};
  result.apply = !kept || gain * terms.frames > result.switching.count();
  return result;
}

}  // namespace branchline::planner
