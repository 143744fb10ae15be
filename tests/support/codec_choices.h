#pragma once

#include <cmath>
#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <vector>

#include "framework/planner/plan_request.h"
#include "tests/support/reference_price.h"

/// Random codecs, and every way to place and send, added up as plainly as possible.
namespace branchline::testing {

/// Gives most units up to `most` codecs: smaller than raw, with encode and decode times and a loss
/// in thousandths. Now and then a tier does not know one.
inline void add_random_codecs(graph::LayerGraph& graph, std::uint32_t seed, int most = 2) {
  std::mt19937 random(seed);
  const auto up_to = [&random](std::int64_t limit) {
    return std::uniform_int_distribution<std::int64_t>(0, limit)(random);
  };
  for (graph::Unit& unit : graph.units) {
    for (std::int64_t count = up_to(most); count > 0; --count) {
      graph::CodecOption codec;
      codec.name = "c" + std::to_string(count);
      codec.bytes = up_to(unit.output_bytes / 2);
      for (std::size_t tier = 0; tier < graph.tiers.size(); ++tier) {
        codec.encode.emplace_back(graph::Nanoseconds(up_to(60)));
        codec.decode.emplace_back(graph::Nanoseconds(up_to(30)));
        if (up_to(15) == 0) codec.encode.back() = std::nullopt;
        if (up_to(15) == 0) codec.decode.back() = std::nullopt;
      }
      codec.accuracy_loss = static_cast<double>(up_to(20)) / 1000;
      unit.codecs.push_back(codec);
    }
  }
}

/// What one placement with one codec per crossing takes.
struct WaySum {
  std::int64_t time_ns = 0, loss_thousandths = 0, uplink_bytes = 0;
  std::int64_t device_ns = 0, edge_ns = 0;      ///< encoding and decoding included
  std::int64_t uplink_ns = 0, downlink_ns = 0;  ///< the first hop's, without its round trip
  bool remote = false;
  std::uint32_t on_device = 0;  ///< a bit per unit id
};

/// Calls `visit` for every placement of `exit` in which no data flows back, with every choice of
/// codecs.
class EveryWay {
 public:
  EveryWay(const planner::PlanRequest& request, int exit)
      : request_(request),
        needed_(graph::units_of_exit(request.graph, exit)),
        exit_unit_(static_cast<std::size_t>(
            request.graph.exits[static_cast<std::size_t>(exit)].value.unit)),
        tier_(needed_.size(), 0) {}

  void visit(const std::function<void(const WaySum&)>& take) {
    take_ = take;
    place(0);
  }

 private:
  struct Crossing {
    std::size_t unit, hop;
  };

  void place(std::size_t id) {
    if (id == needed_.size()) return send();
    if (!needed_[id]) return place(id + 1);
    const graph::Unit& unit = request_.graph.units[id];
    for (std::size_t tier = 0; tier < unit.time.size(); ++tier) {
      bool allowed = unit.time[tier].has_value() && (id != 0 || tier == 0);
      for (const graph::ValueId& input : unit.inputs) {
        allowed = allowed && tier_[static_cast<std::size_t>(input.unit)] <= tier;
      }
      if (!allowed) continue;
      tier_[id] = tier;
      place(id + 1);
    }
  }

  void send() {
    const auto& units = request_.graph.units;
    WaySum sum;
    std::vector<std::size_t> reach = tier_;
    for (std::size_t id = 0; id < units.size(); ++id) {
      if (!needed_[id]) continue;
      add_time(sum, tier_[id], units[id].time[tier_[id]]->count());
      if (tier_[id] == 0) sum.on_device |= 1U << id;
      for (const graph::ValueId& input : units[id].inputs) {
        auto& reached = reach[static_cast<std::size_t>(input.unit)];
        reached = std::max(reached, tier_[id]);
      }
    }
    std::vector<Crossing> crossings;
    for (std::size_t id = 0; id < units.size(); ++id) {
      for (std::size_t hop = tier_[id]; needed_[id] && hop < reach[id]; ++hop) {
        if (!units[id].transmissible) return;
        crossings.push_back({id, hop});
      }
    }
    const std::size_t home = tier_[exit_unit_];
    if (home > 0 && !units[exit_unit_].transmissible) return;
    sum.remote = home > 0;
    const std::int64_t back =
        request_.result_bytes ? *request_.result_bytes : units[exit_unit_].output_bytes;
    for (std::size_t hop = 0; hop < home; ++hop) {
      const planner::LinkSpeed& link = hop == 0 ? request_.link : *request_.link2;
      const std::int64_t time = reference_transfer_ns(back, link.downlink_bytes_per_s);
      sum.time_ns += link.round_trip.count() + time;
      if (hop == 0) sum.downlink_ns += time;
    }
    if (home > 0) sum.time_ns += request_.edge_queue.count();
    encode(crossings, 0, sum);
  }

  void encode(const std::vector<Crossing>& crossings, std::size_t at, WaySum sum) {
    if (at == crossings.size()) return take_(sum);
    const auto [id, hop] = crossings[at];
    const graph::Unit& unit = request_.graph.units[id];
    const double goodput = (hop == 0 ? request_.link : *request_.link2).uplink_bytes_per_s;
    const auto carry = [&](std::int64_t bytes) {
      WaySum next = sum;
      const std::int64_t time = reference_transfer_ns(bytes, goodput);
      next.time_ns += time;
      if (hop == 0) next.uplink_ns += time;
      if (hop == 0) next.uplink_bytes += bytes;
      return next;
    };
    encode(crossings, at + 1, carry(unit.output_bytes));
    for (const graph::CodecOption& codec : unit.codecs) {
      if (!codec.encode[hop] || !codec.decode[hop + 1]) continue;
      WaySum next = carry(codec.bytes);
      add_time(next, hop, codec.encode[hop]->count());
      add_time(next, hop + 1, codec.decode[hop + 1]->count());
      next.loss_thousandths += std::llround(codec.accuracy_loss * 1000);
      encode(crossings, at + 1, next);
    }
  }

  static void add_time(WaySum& sum, std::size_t tier, std::int64_t time) {
    sum.time_ns += time;
    if (tier == 0) sum.device_ns += time;
    if (tier == 1) sum.edge_ns += time;
  }

  const planner::PlanRequest& request_;
  std::vector<bool> needed_;
  std::size_t exit_unit_;
  std::vector<std::size_t> tier_;
  std::function<void(const WaySum&)> take_;
};

}  // namespace branchline::testing
