#include "framework/planner/plan.h"

#include <array>
#include <cstddef>

namespace branchline::planner {
namespace {

constexpr std::array<Tier, 3> kOutwards = {Tier::device, Tier::edge, Tier::cloud};

/// The exit's own unit: the last that runs, for the ids are a topological order.
bool ends_on_outermost_tier(const Plan& plan) {
  Tier outermost = Tier::device, last = Tier::device;
  for (const std::optional<Tier>& tier : plan.tier) {
    if (!tier) continue;
    last = *tier;
    if (*tier > outermost) outermost = *tier;
  }
  return last == outermost;
}

/// Runs of equal tiers in the order of ids: all that a run reads stands in it or before it.
std::vector<PlanStage> stages_in_id_order(const Plan& plan) {
  std::vector<PlanStage> stages;
  std::vector<std::int32_t> run;
  Tier current = Tier::device;
  for (std::size_t id = 0; id < plan.tier.size(); ++id) {
    if (!plan.tier[id]) continue;
    if (*plan.tier[id] != current) {
      stages.push_back({current, to_ranges(run)});
      run.clear();
      current = *plan.tier[id];
    }
    run.push_back(static_cast<std::int32_t>(id));
  }
  stages.push_back({current, to_ranges(run)});
  return stages;
}

}  // namespace

std::vector<PlanStage> stages_of(const Plan& plan) {
  if (!ends_on_outermost_tier(plan)) return stages_in_id_order(plan);
  std::vector<PlanStage> stages;
  for (const Tier tier : kOutwards) {
    const UnitRanges units = units_on(plan, tier);
    if (!units.empty()) stages.push_back({tier, units});
  }
  return stages;
}

UnitRanges units_on(const Plan& plan, Tier tier) {
  std::vector<std::int32_t> units;
  for (std::size_t id = 0; id < plan.tier.size(); ++id) {
    if (plan.tier[id] == tier) units.push_back(static_cast<std::int32_t>(id));
  }
  return to_ranges(std::move(units));
}

}  // namespace branchline::planner
