#include "framework/planner/internal/block_search.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <tuple>
#include <utility>

#include "framework/planner/internal/exact_cut.h"
#include "framework/planner/plan_cost.h"
#include "framework/planner/transfer.h"

namespace branchline::planner::internal {
namespace {

using graph::Unit;

/// Compute of the units up to a cut vertex, it included. Of the edge only differences are used, so
/// that the input, which is in all of them, never counts there.
struct LoadUpTo {
  WideSum device = 0, edge = 0;
};

/// What lies between two adjacent cut vertices: [a_k, a_k+1) may send, what is inside may move.
struct Block {
  std::int32_t inside = 0;
  Cost least_compute = 0;  ///< each unit inside on its faster tier

  void add_inside(const Unit& unit) {
    const auto& [device, edge] = std::tie(unit.time[0], unit.time[1]);
    ++inside;
    if (!device && !edge) {
      least_compute = kForbidden;
    } else {
      const Nanoseconds least =
          std::min(device.value_or(Nanoseconds::max()), edge.value_or(Nanoseconds::max()));
      least_compute = plus(least_compute, least.count());
    }
  }
};

/// Changes tiers in block `k`, behind its first unit unless `labels` say otherwise; k = the number
/// of blocks: nothing leaves.
struct Candidate {
  Cost cost = kForbidden;
  std::size_t k = 0;
  Labels labels;  ///< of the block's nodes; empty: a cut behind its first unit

  /// Later in the chain means fewer remote units, and a solved block's are the fewest it has.
  bool loses_to(Cost other_cost, std::size_t other_k) const {
    if (other_cost == kForbidden || cost == kForbidden) return other_cost != kForbidden;
    return other_cost < cost || (other_cost == cost && other_k >= k);
  }
};

class ExitChain {
 public:
  ExitChain(const PlanRequest& request, int exit)
      : ExitChain(request, graph::exit_units(request.graph, exit), exit) {}

  ExitChain(const PlanRequest& request, graph::ExitUnits units, int exit)
      : request_(request),
        needed_(std::move(units.needed)),
        cuts_(std::move(units.cut_vertices)),
        crossing_(crossings_of(request, exit)[0]) {
    up_to_.reserve(cuts_.size());
    blocks_.resize(cuts_.size() - 1);
    WideSum device = 0, edge = 0;
    for (std::int32_t id = 0; id <= cuts_.back(); ++id) {
      if (!needed_[static_cast<std::size_t>(id)]) continue;
      const Unit& unit = request.graph.units[static_cast<std::size_t>(id)];
      if (unit.time[0]) device += unit.time[0]->count();
      if (unit.time[1]) edge += unit.time[1]->count();
      if (!unit.time[0]) first_off_device_ = std::min(first_off_device_, id);
      if (!unit.time[1]) last_off_edge_ = id;
      if (id != cuts_[up_to_.size()]) {
        blocks_[up_to_.size() - 1].add_inside(unit);
        continue;
      }
      up_to_.push_back({device, edge});
    }
  }

  std::size_t block_count() const { return blocks_.size(); }
  bool has_inside(std::size_t k) const { return blocks_[k].inside > 0; }

  Candidate nothing_leaves() const { return {on_device_until(block_count()), block_count(), {}}; }

  /// Forbidden too when it would lose to `best` even if sending took no time, which spares most of
  /// the divisions.
  Candidate behind_cut_vertex(std::size_t k, const Candidate& best) const {
    const Unit& unit = request_.graph.units[static_cast<std::size_t>(cuts_[k])];
    const Cost compute = plus(on_device_until(k), on_edge_after(k));
    if (!unit.transmissible || !best.loses_to(compute, k)) return {kForbidden, k, {}};
    return {plus(compute, up_time(request_, unit, 0)), k, {}};
  }

  /// At least what any placement costs that changes tiers in the block. Forbidden too when the
  /// block would lose to `best` even if sending took no time: what sending costs is dear to ask.
  Cost lower_bound(std::size_t k, const Candidate& best) const {
    const Cost compute = plus(around(k), blocks_[k].least_compute);
    return best.loses_to(compute, k) ? plus(compute, least_send(k)) : kForbidden;
  }

  Candidate solve(std::size_t k, BlockSearch& effort) const {
    CutProblem problem = cut_problem_between(request_, needed_, cuts_[k], cuts_[k + 1]);
    problem.nodes.front().compute = {0, kForbidden, kForbidden};
    problem.nodes.back().compute = {kForbidden, 0, kForbidden};
    ++effort.min_cuts;
    effort.solved_nodes += static_cast<std::int32_t>(problem.nodes.size());
    std::optional<ExactCut> cut = exact_cut(problem);
    if (!cut) return {kForbidden, k, {}};
    return {plus(around(k), cut->cost), k, std::move(cut->labels)};
  }

  std::vector<std::optional<Tier>> placement(const Candidate& candidate) const {
    std::vector<std::optional<Tier>> tier(needed_.size());
    const std::int32_t first = cuts_[candidate.k];
    const std::int32_t next = candidate.labels.empty() ? first : cuts_[candidate.k + 1];
    std::size_t node = 0;
    for (std::int32_t id = 0; id <= cuts_.back(); ++id) {
      const auto at = static_cast<std::size_t>(id);
      if (!needed_[at]) continue;
      const bool inside = id > first && id < next;
      tier[at] = inside ? candidate.labels[++node] : id <= first ? Tier::device : Tier::edge;
    }
    return tier;
  }

 private:
  Cost on_device_until(std::size_t k) const {
    return cuts_[k] >= first_off_device_ ? kForbidden : up_to_[k].device;
  }

  Cost on_edge_after(std::size_t k) const {
    if (last_off_edge_ > cuts_[k]) return kForbidden;
    return plus(up_to_.back().edge - up_to_[k].edge, crossing_);
  }

  /// The cheapest crossing out of a unit of the block.
  Cost least_send(std::size_t k) const {
    Cost least = kForbidden;
    for (std::int32_t id = cuts_[k]; id < cuts_[k + 1]; ++id) {
      const Unit& unit = request_.graph.units[static_cast<std::size_t>(id)];
      if (!needed_[static_cast<std::size_t>(id)] || !unit.transmissible) continue;
      const Cost send = up_time(request_, unit, 0);
      if (least == kForbidden || send < least) least = send;
    }
    return least;
  }

  /// All but the inside of the block: a_k and before on the device, a_k+1 and behind on the edge.
  Cost around(std::size_t k) const {
    const std::optional<Nanoseconds>& next =
        request_.graph.units[static_cast<std::size_t>(cuts_[k + 1])].time[1];
    if (!next) return kForbidden;
    return plus(on_device_until(k), plus(on_edge_after(k + 1), next->count()));
  }

  const PlanRequest& request_;
  std::vector<bool> needed_;
  std::vector<std::int32_t> cuts_;  ///< a_0 … a_K
  Cost crossing_;
  std::vector<LoadUpTo> up_to_;  ///< by cut vertex
  /// The first unit that the device and the last one that the edge cannot run.
  std::int32_t first_off_device_ = std::numeric_limits<std::int32_t>::max(), last_off_edge_ = -1;
  std::vector<Block> blocks_;
};

void keep_better(Candidate& best, Candidate other) {
  if (best.loses_to(other.cost, other.k)) best = std::move(other);
}

Candidate best_single_cut(const ExitChain& chain) {
  Candidate best;
  for (std::size_t k = 0; k < chain.block_count(); ++k) {
    keep_better(best, chain.behind_cut_vertex(k, best));
  }
  keep_better(best, chain.nothing_leaves());
  return best;
}

void solve_blocks_that_may_win(const ExitChain& chain, Candidate& best, BlockSearch& effort) {
  std::vector<std::pair<Cost, std::size_t>> open;  // lower bound, k
  for (std::size_t k = chain.block_count(); k-- > 0;) {
    if (!chain.has_inside(k)) continue;
    const Cost bound = chain.lower_bound(k, best);
    if (best.loses_to(bound, k)) open.emplace_back(bound, k);
  }
  std::stable_sort(open.begin(), open.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [bound, k] : open) {
    if (best.loses_to(bound, k)) keep_better(best, chain.solve(k, effort));
  }
}

void solve_blocks_beside(const ExitChain& chain, Candidate& best, BlockSearch& effort) {
  const std::size_t at = best.k;
  const bool cuts_nowhere = best.cost == kForbidden;
  if (cuts_nowhere) return;
  if (at > 0 && chain.has_inside(at - 1)) keep_better(best, chain.solve(at - 1, effort));
  if (at < chain.block_count() && chain.has_inside(at)) keep_better(best, chain.solve(at, effort));
}

}  // namespace

std::optional<BlockSearch> search_blocks(const PlanRequest& request, int exit,
                                         BlocksSearched searched) {
  const ExitChain chain(request, exit);
  BlockSearch search;
  Candidate best = best_single_cut(chain);
  if (searched == BlocksSearched::any_that_may_win) {
    solve_blocks_that_may_win(chain, best, search);
  } else {
    solve_blocks_beside(chain, best, search);
  }
  if (best.cost == kForbidden) return std::nullopt;
  search.cost = best.cost;
  search.tier = chain.placement(best);
  return search;
}

}  // namespace branchline::planner::internal
