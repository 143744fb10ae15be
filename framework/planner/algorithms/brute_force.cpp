#include "framework/planner/algorithms/brute_force.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "framework/base/error.h"
#include "framework/planner/internal/placement.h"
#include "framework/planner/internal/wide_sum.h"
#include "framework/planner/plan_cost.h"
#include "framework/planner/transfer.h"

namespace branchline::planner {
namespace {

using graph::Unit;
using graph::ValueId;
using internal::clamped_time;
using internal::WideSum;

constexpr const char* kBruteName = "brute";

/// Depth first over the units in id order; each takes every tier from its producers' outermost one
/// on. Costs are carried along and taken back, so that a leaf costs O(1) unless it may win.
class BruteSearch {
 public:
  BruteSearch(const PlanRequest& request, int exit)
      : request_(request),
        exit_(exit),
        outermost_reader_(request.graph.units.size(), Tier::device) {
    plan_.exit = exit;
    plan_.tier.resize(request.graph.units.size());
    const std::vector<bool> needed = graph::units_of_exit(request.graph, exit);
    for (std::size_t id = 0; id < needed.size(); ++id) {
      if (needed[id]) order_.push_back(static_cast<std::int32_t>(id));
    }
  }

  std::size_t movable_units() const { return order_.size() - 1; }

  std::optional<Plan> best() {
    visit(0);
    if (!best_) return std::nullopt;
    std::optional<Plan> priced = price_plan(request_, exit_, best_->tier);
    BL_EXPECT(priced && priced->predicted == best_->predicted,
              "brute and price_plan disagree on a placement");
    return priced;
  }

 private:
  const Unit& unit_at(std::size_t depth) const {
    return request_.graph.units[static_cast<std::size_t>(order_[depth])];
  }

  std::optional<Tier>& tier_of(std::int32_t unit) {
    return plan_.tier[static_cast<std::size_t>(unit)];
  }

  void visit(std::size_t depth) {
    if (depth == order_.size()) return finish();
    const Unit& unit = unit_at(depth);
    Tier innermost = Tier::device;
    for (const ValueId& input : unit.inputs) innermost = std::max(innermost, *tier_of(input.unit));
    const Tier outermost = unit.id == 0 ? Tier::device : request_.graph.tiers.back();
    for (Tier tier = innermost; tier <= outermost; tier = next(tier)) place(depth, unit, tier);
  }

  static Tier next(Tier tier) { return static_cast<Tier>(static_cast<int>(tier) + 1); }

  void place(std::size_t depth, const Unit& unit, Tier tier) {
    const std::optional<Nanoseconds>& compute = unit.time[static_cast<std::size_t>(tier)];
    if (!compute) return;
    const WideSum time_before = time_;
    std::vector<std::pair<std::size_t, Tier>> readers_before;
    time_ += compute->count();
    tier_of(unit.id) = tier;
    bool runs = true;
    for (const ValueId& input : unit.inputs) {
      readers_before.emplace_back(input.unit,
                                  outermost_reader_[static_cast<std::size_t>(input.unit)]);
      runs = runs && send(input.unit, tier);
    }
    if (runs) visit(depth + 1);
    while (!readers_before.empty()) {
      outermost_reader_[readers_before.back().first] = readers_before.back().second;
      readers_before.pop_back();
    }
    outermost_reader_[static_cast<std::size_t>(unit.id)] = Tier::device;
    tier_of(unit.id) = std::nullopt;
    time_ = time_before;
  }

  /// Pays for the hops on which the producer's output has not travelled yet.
  bool send(std::int32_t producer, Tier tier) {
    const Unit& unit = request_.graph.units[static_cast<std::size_t>(producer)];
    Tier& reached = outermost_reader_[static_cast<std::size_t>(producer)];
    reached = std::max(reached, *tier_of(producer));
    if (tier <= reached) return true;
    if (!unit.transmissible) return false;
    if (reached == Tier::device) {
      time_ += up_time(request_, unit, 0);
    }
    if (tier == Tier::cloud) {
      time_ += up_time(request_, unit, 1);
    }
    reached = tier;
    return true;
  }

  /// Monotone placements end on their outermost tier: the exit's tier says which hops are used.
  void finish() {
    const Tier home = *tier_of(order_.back());
    const WideSum total = time_ + way_back(home);
    const bool stuck = home != Tier::device && !unit_at(order_.size() - 1).transmissible;
    if (stuck) return;
    plan_.predicted = request_.direct_link ? price_plan(request_, exit_, plan_.tier)->predicted
                                           : clamped_time(total);
    if (best_ && !better(plan_, *best_)) return;
    if (!has_caps(request_)) {
      best_ = plan_;
      return;
    }
    // What its crossings cost within the caps; never less than each by itself.
    const std::optional<Plan> capped = price_plan(request_, exit_, plan_.tier);
    if (capped && (!best_ || better(*capped, *best_))) best_ = capped;
  }

  WideSum way_back(Tier home) const {
    WideSum time = 0;
    const auto pay = [&](const LinkSpeed& link) {
      time += transfer_time(result_bytes(request_, exit_), link.downlink_bytes_per_s).count();
      time += link.round_trip.count();
    };
    if (home >= Tier::edge) pay(request_.link);
    if (home >= Tier::edge) time += request_.edge_queue.count();
    if (home == Tier::cloud) pay(*request_.link2);
    return time;
  }

  const PlanRequest& request_;
  int exit_;
  std::vector<std::int32_t> order_;
  std::vector<Tier> outermost_reader_;  ///< by unit id, among the units placed so far
  WideSum time_ = 0;
  Plan plan_;
  std::optional<Plan> best_;
};

class BruteForce final : public Planner {
 public:
  const std::string& name() const override { return name_; }
  const std::string& summary() const override { return summary_; }
  bool three_tiers() const override { return true; }
  bool keeps_caps() const override { return true; }

 private:
  std::optional<Plan> do_plan(const PlanRequest& request, int exit) const override {
    BruteSearch search(request, exit);
    const int limit = request.graph.tiers.size() > 2 ? kBruteUnitsThreeTiers : kBruteUnitsTwoTiers;
    if (search.movable_units() > static_cast<std::size_t>(limit)) {
      throw InputError("exit " + std::to_string(exit + 1) + " needs " +
                           std::to_string(search.movable_units()) +
                           " units besides the input; 'brute' tries every placement of at most " +
                           std::to_string(limit),
                       "graph '" + request.graph.name + "'", "choose another algorithm");
    }
    return search.best();
  }

  const std::string name_ = kBruteName;
  const std::string summary_ =
      "the optimum by trying every monotone placement, the oracle of the tests; O(2^n), O(3^n)";
};

}  // namespace

std::unique_ptr<Planner> make_brute_force() { return std::make_unique<BruteForce>(); }

}  // namespace branchline::planner
