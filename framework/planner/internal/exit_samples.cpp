#include "framework/planner/internal/exit_samples.h"

#include <cmath>
#include <string>

#include "framework/base/error.h"
#include "framework/planner/plan_cost.h"
#include "framework/planner/transfer.h"

namespace branchline::planner::internal {
namespace {

using graph::Unit;

constexpr double kAllSamples = 1 << 30;  // shares are whole numbers of it

std::vector<int> levels_of(const graph::LayerGraph& graph) {
  std::vector<int> level(graph.units.size(), ExitSamples::kNoExit);
  for (int exit = graph.exit_count() - 1; exit >= 0; --exit) {
    const std::vector<bool> needed = graph::units_of_exit(graph, exit);
    for (std::size_t id = 0; id < level.size(); ++id) {
      if (needed[id]) level[id] = exit;
    }
  }
  return level;
}

}  // namespace

ExitSamples::ExitSamples(const PlanRequest& request, const std::vector<double>& reach)
    : request_(request), level_(levels_of(request.graph)), readers_(request.graph.units.size()) {
  check(reach);
  for (std::size_t exit = 0; exit < reach.size(); ++exit) {
    const double after = exit + 1 < reach.size() ? reach[exit + 1] : 0;
    leaving_.push_back(std::llround((reach[exit] - after) * kAllSamples));
  }
  for (const Unit& unit : units()) {
    if (level(unit.id) == kNoExit) continue;
    for (const graph::ValueId& input : unit.inputs) {
      std::vector<std::int32_t>& list = readers_[static_cast<std::size_t>(input.unit)];
      if (list.empty() || list.back() != unit.id) list.push_back(unit.id);
    }
  }
}

std::int32_t ExitSamples::exit_unit(int exit) const {
  return request_.graph.exits[static_cast<std::size_t>(exit)].value.unit;
}

const std::vector<std::int32_t>& ExitSamples::readers(std::int32_t unit) const {
  return readers_[static_cast<std::size_t>(unit)];
}

WideSum ExitSamples::reaching(int exit) const {
  WideSum sum = 0;
  for (int later = exit; later < exits(); ++later) sum += leaving(later);
  return sum;
}

Cost ExitSamples::compute(const Unit& unit, std::size_t tier) const {
  const bool runs = unit.time[tier] && (tier == 0 || unit.id != 0);
  return runs ? Cost{unit.time[tier]->count()} : kForbidden;
}

Cost ExitSamples::send(const Unit& unit, std::size_t hop) const {
  return unit.transmissible ? up_time(request_, unit, hop) : kForbidden;
}

Cost ExitSamples::way_back(int exit, std::size_t hop) const {
  if (!units()[static_cast<std::size_t>(exit_unit(exit))].transmissible) return kForbidden;
  const LinkSpeed& link = hop == 0 ? request_.link : *request_.link2;
  const Cost queue = hop == 0 ? request_.edge_queue.count() : 0;
  return queue + link.round_trip.count() +
         transfer_time(result_bytes(request_, exit), link.downlink_bytes_per_s).count();
}

void ExitSamples::check(const std::vector<double>& reach) const {
  const std::string where = "graph '" + request_.graph.name + "'";
  if (static_cast<std::size_t>(exits()) != reach.size()) {
    throw InputError(
        std::to_string(reach.size()) + " shares for " + std::to_string(exits()) + " exits", where,
        "give the share of samples that gets to each exit");
  }
  for (std::size_t exit = 0; exit < reach.size(); ++exit) {
    const double before = exit > 0 ? reach[exit - 1] : 1;
    const bool sound = exit > 0 ? reach[exit] >= 0 && reach[exit] <= before : reach[0] == 1;
    if (!sound) {
      throw InputError(
          "a share of " + std::to_string(reach[exit]) + " gets to exit " + std::to_string(exit + 1),
          where, "the first share is 1, each later one no more than the one before");
    }
    if (level(exit_unit(static_cast<int>(exit))) != static_cast<int>(exit)) {
      throw InputError("exit " + std::to_string(exit + 1) + " lies on the way to an earlier one",
                       where, "list the exits in the order in which they are computed");
    }
  }
}

}  // namespace branchline::planner::internal
