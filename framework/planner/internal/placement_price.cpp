#include "framework/planner/internal/placement_price.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

#include "framework/base/error.h"
#include "framework/planner/internal/codec_choice.h"
#include "framework/planner/internal/wide_sum.h"
#include "framework/planner/plan_cost.h"
#include "framework/planner/transfer.h"

namespace branchline::planner::internal {
namespace placement_price {

using graph::Unit;
using graph::ValueId;

constexpr std::size_t kHops = 2;  // device–edge, edge–cloud

std::size_t place_of(Tier tier) { return static_cast<std::size_t>(tier); }

/// What crosses one hop in one direction.
struct Traffic {
  bool used = false;
  WideSum bytes = 0;
  WideSum time = 0;

  void carry(std::int64_t more_bytes, Nanoseconds more_time) {
    used = true;
    bytes += more_bytes;
    time += more_time.count();
  }
};

/// How device and cloud reach one another.
enum class Route { over_the_edge, direct_where_shorter };

/// Adds up one placement.
class PlacementPrice {
 public:
  /// @param codecs  null: the quickest
  PlacementPrice(const PlanRequest& request, int exit, const std::vector<std::optional<Tier>>& tier,
                 Route route, const std::vector<CrossingCodec>* codecs)
      : request_(request), exit_(exit), tier_(tier), route_(route), codecs_(codecs) {}

  /// @returns false when the placement cannot run.
  bool add_up() {
    for (const Unit& unit : request_.graph.units) {
      if (tier_[static_cast<std::size_t>(unit.id)] && !add_compute(unit)) return false;
    }
    return list_crossings() && add_crossings() && add_result();
  }

  Plan plan() const {
    Plan plan;
    plan.exit = exit_;
    plan.tier = tier_;
    WideSum total = 0;
    const auto take = [&total](WideSum part) {
      total += part;
      return clamped_time(part);
    };
    const WideSum queue = crossed(0) ? request_.edge_queue.count() : 0;
    const WideSum direct_trip =
        direct_up_.used || direct_down_.used ? request_.direct_link->round_trip.count() : 0;
    plan.breakdown.device = take(compute_[place_of(Tier::device)]);
    plan.breakdown.uplink = take(up_[0].time + round_trip(0) - round_trip(0) / 2);
    plan.breakdown.edge = take(compute_[place_of(Tier::edge)] + queue);
    plan.breakdown.downlink = take(down_[0].time + round_trip(0) / 2);
    plan.breakdown.uplink2 = take(up_[1].time + round_trip(1) - round_trip(1) / 2);
    plan.breakdown.cloud = take(compute_[place_of(Tier::cloud)]);
    plan.breakdown.downlink2 = take(down_[1].time + round_trip(1) / 2);
    plan.breakdown.direct_uplink = take(direct_up_.time + direct_trip - direct_trip / 2);
    plan.breakdown.direct_downlink = take(direct_down_.time + direct_trip / 2);
    plan.predicted = clamped_time(total);
    plan.uplink_bytes = clamped(up_[0].bytes);
    plan.downlink_bytes = clamped(down_[0].bytes);
    plan.uplink2_bytes = clamped(up_[1].bytes);
    plan.downlink2_bytes = clamped(down_[1].bytes);
    plan.direct_uplink_bytes = clamped(direct_up_.bytes);
    plan.direct_downlink_bytes = clamped(direct_down_.bytes);
    plan.codecs = used_codecs_;
    plan.accuracy_loss = static_cast<double>(loss_millionths_) / 1e6;
    plan.feasible = !request_.deadline || plan.predicted <= *request_.deadline;
    return plan;
  }

 private:
  const LinkSpeed& link(std::size_t hop) const {
    if (hop == 0) return request_.link;
    BL_EXPECT(request_.link2.has_value(), "a plan that uses the cloud needs the edge–cloud link");
    return *request_.link2;
  }

  bool crossed(std::size_t hop) const { return up_[hop].used || down_[hop].used; }

  WideSum round_trip(std::size_t hop) const {
    return crossed(hop) ? WideSum{link(hop).round_trip.count()} : WideSum{0};
  }

  bool add_compute(const Unit& unit) {
    const std::size_t place = place_of(*tier_[static_cast<std::size_t>(unit.id)]);
    if (place >= unit.time.size() || !unit.time[place]) return false;
    compute_[place] += unit.time[place]->count();
    return true;
  }

  /// The innermost and the outermost tier that hold each producer's output: its own and its
  /// readers'. It crosses every hop between, once.
  bool list_crossings() {
    const std::vector<Unit>& units = request_.graph.units;
    std::vector<std::size_t> innermost(units.size()), outermost(units.size());
    for (std::size_t id = 0; id < units.size(); ++id) {
      innermost[id] = outermost[id] = tier_[id] ? place_of(*tier_[id]) : 0;
      if (!tier_[id]) continue;
      for (const ValueId& input : units[id].inputs) {
        const auto producer = static_cast<std::size_t>(input.unit);
        innermost[producer] = std::min(innermost[producer], place_of(*tier_[id]));
        outermost[producer] = std::max(outermost[producer], place_of(*tier_[id]));
      }
    }
    for (std::size_t id = 0; id < units.size(); ++id) {
      if (!tier_[id] || innermost[id] == outermost[id]) continue;
      if (!units[id].transmissible) return false;
      const std::size_t home = place_of(*tier_[id]);
      const bool may_pass_the_edge = home == 0 && outermost[id] == 2 && !read_on_edge(id);
      if (may_pass_the_edge && goes_up_directly(units[id])) continue;
      for (std::size_t hop = home; hop < outermost[id]; ++hop) {
        crossings_.push_back({&units[id], hop, true});
      }
      for (std::size_t hop = innermost[id]; hop < home; ++hop) {
        crossings_.push_back({&units[id], hop, false});
      }
    }
    return true;
  }

  struct Crossing {
    const Unit* unit;
    std::size_t hop;
    bool up;

    Tier from() const { return static_cast<Tier>(up ? hop : hop + 1); }
    Tier to() const { return static_cast<Tier>(up ? hop + 1 : hop); }
  };

  bool add_crossings() {
    if (codecs_ != nullptr) {
      for (const Crossing& crossing : crossings_) {
        add_crossing(crossing, listed_transfer(request_, *crossing.unit, crossing.from(),
                                               crossing.to(), *codecs_));
      }
      BL_EXPECT(used_codecs_.size() == codecs_->size(), "a codec for what does not cross");
    } else if (has_caps(request_)) {
      return add_capped_crossings();
    } else {
      for (const Crossing& crossing : crossings_) {
        add_crossing(crossing,
                     cheapest_transfer(request_, *crossing.unit, crossing.from(), crossing.to()));
      }
    }
    return true;
  }

  bool add_capped_crossings() {
    std::vector<CrossingWays> ways;
    for (const Crossing& crossing : crossings_) {
      ways.push_back({transfers(request_, *crossing.unit, crossing.from(), crossing.to()),
                      crossing.up && crossing.hop == 0});
    }
    const auto chosen = choose_within_caps(request_, ways);
    if (!chosen) return false;
    for (std::size_t at = 0; at < crossings_.size(); ++at) {
      add_crossing(crossings_[at], ways[at].ways[(*chosen)[at]]);
    }
    return true;
  }

  void add_crossing(const Crossing& crossing, const Transfer& way) {
    compute_[place_of(crossing.from())] += way.encode.count();
    compute_[place_of(crossing.to())] += way.decode.count();
    (crossing.up ? up_ : down_)[crossing.hop].carry(way.bytes, way.link);
    loss_millionths_ += way.loss_millionths;
    list_codec(used_codecs_, *crossing.unit, crossing.hop, way);
  }

  bool add_result() {
    const std::int32_t unit = request_.graph.exits[static_cast<std::size_t>(exit_)].value.unit;
    const std::size_t home = place_of(*tier_[static_cast<std::size_t>(unit)]);
    if (home == 0) return true;
    if (!request_.graph.units[static_cast<std::size_t>(unit)].transmissible) return false;
    if (home == 2 && comes_down_directly(result_bytes(request_, exit_))) return true;
    for (std::size_t hop = 0; hop < home; ++hop) {
      const std::int64_t bytes = result_bytes(request_, exit_);
      down_[hop].carry(bytes, transfer_time(bytes, link(hop).downlink_bytes_per_s));
    }
    return true;
  }

  /// Looked at only where a direct link may be used: the reader lists are not kept.
  bool read_on_edge(std::size_t producer) const {
    if (route_ == Route::over_the_edge) return false;
    if (read_on_edge_.empty()) {
      read_on_edge_.resize(tier_.size(), false);
      for (const Unit& unit : request_.graph.units) {
        if (tier_[static_cast<std::size_t>(unit.id)] != Tier::edge) continue;
        for (const ValueId& input : unit.inputs) {
          read_on_edge_[static_cast<std::size_t>(input.unit)] = true;
        }
      }
    }
    return read_on_edge_[producer];
  }

  /// Raw, where that is quicker than the two hops with their best codecs.
  bool goes_up_directly(const Unit& unit) {
    if (route_ == Route::over_the_edge) return false;
    const WideSum relayed = up_time(request_, unit, 0) + up_time(request_, unit, 1);
    return goes_directly(direct_up_, unit.output_bytes, request_.direct_link->uplink_bytes_per_s,
                         relayed);
  }

  bool comes_down_directly(std::int64_t bytes) {
    if (route_ == Route::over_the_edge) return false;
    const WideSum relayed = WideSum{transfer_time(bytes, link(0).downlink_bytes_per_s).count()} +
                            transfer_time(bytes, link(1).downlink_bytes_per_s).count();
    return goes_directly(direct_down_, bytes, request_.direct_link->downlink_bytes_per_s, relayed);
  }

  static bool goes_directly(Traffic& direct, std::int64_t bytes, double bytes_per_s,
                            WideSum relayed) {
    const Nanoseconds time = transfer_time(bytes, bytes_per_s);
    if (time.count() >= relayed) return false;
    direct.carry(bytes, time);
    return true;
  }

  const PlanRequest& request_;
  int exit_;
  const std::vector<std::optional<Tier>>& tier_;
  Route route_;
  std::array<WideSum, kHops + 1> compute_{};
  std::array<Traffic, kHops> up_, down_;
  std::vector<Crossing> crossings_;
  const std::vector<CrossingCodec>* codecs_;
  std::vector<CrossingCodec> used_codecs_;
  WideSum loss_millionths_ = 0;
  Traffic direct_up_, direct_down_;
  mutable std::vector<bool> read_on_edge_;  ///< by unit id; empty: not looked at yet
};

}  // namespace placement_price

std::optional<Plan> price_placement(const PlanRequest& request, int exit,
                                    const std::vector<std::optional<Tier>>& tier,
                                    const std::vector<CrossingCodec>* codecs) {
  const std::vector<bool> needed = graph::units_of_exit(request.graph, exit);
  BL_EXPECT(tier.size() == needed.size(), "the placement must have an entry per unit");
  for (std::size_t id = 0; id < tier.size(); ++id) {
    BL_EXPECT(
        tier[id].has_value() == needed[id],
        "unit " + std::to_string(id) + (needed[id] ? " needs" : " must not have") + " a tier");
  }
  BL_EXPECT(tier[0] == Tier::device, "unit 0 is the input and stays on the device");
  placement_price::PlacementPrice relayed(request, exit, tier,
                                          placement_price::Route::over_the_edge, codecs);
  if (!relayed.add_up()) return std::nullopt;
  Plan plan = relayed.plan();
  if (!request.direct_link) return plan;
  placement_price::PlacementPrice direct(request, exit, tier,
                                         placement_price::Route::direct_where_shorter, codecs);
  direct.add_up();
  Plan other = direct.plan();
  return other.predicted < plan.predicted ? other : plan;
}

}  // namespace branchline::planner::internal
