#include "framework/planner/expected_latency.h"

#include <gtest/gtest.h>

#include <cmath>
#include <iostream>

#include "framework/base/error.h"
#include "framework/planner/algorithms/exact.h"
#include "tests/support/codec_choices.h"
#include "tests/support/common_graphs.h"
#include "tests/support/plan_requests.h"

namespace branchline::planner {
namespace {

using testing::D;
using testing::E;
using testing::ns;
using testing::request_for;

/// One sample walked through a placement: exit by exit, unit by unit, sending when the first unit
/// beyond a hop is due.
class SampleWalk {
 public:
  SampleWalk(const PlanRequest& request, const std::vector<int>& tier)
      : request_(request), tier_(tier) {}

  /// nullopt when something of it cannot run or travel.
  std::optional<double> latency(int leaves_at) {
    std::vector<bool> done(tier_.size(), false);
    double time = 0;
    int reached = 0;
    for (int exit = 0; exit <= leaves_at; ++exit) {
      const std::vector<bool> needed = graph::units_of_exit(request_.graph, exit);
      for (std::size_t id = 0; id < needed.size(); ++id) {
        if (!needed[id] || done[id]) continue;
        done[id] = true;
        for (; reached < tier_[id]; ++reached) {
          const std::optional<double> sent = send_all(reached);
          if (!sent) return std::nullopt;
          time += *sent;
        }
        const auto& compute = request_.graph.units[id].time[static_cast<std::size_t>(tier_[id])];
        if (!compute) return std::nullopt;
        time += static_cast<double>(compute->count());
      }
    }
    const auto unit = static_cast<std::size_t>(
        request_.graph.exits[static_cast<std::size_t>(leaves_at)].value.unit);
    for (int hop = 0; hop < tier_[unit]; ++hop) {
      if (!request_.graph.units[unit].transmissible) return std::nullopt;
      time += on_link(request_.graph.units[unit].output_bytes, link(hop).downlink_bytes_per_s);
    }
    return time;
  }

 private:
  const LinkSpeed& link(int hop) const { return hop == 0 ? request_.link : *request_.link2; }

  static double on_link(std::int64_t bytes, double bytes_per_s) {
    return static_cast<double>(testing::reference_transfer_ns(bytes, bytes_per_s));
  }

  std::optional<double> send_all(int hop) const {
    double time = static_cast<double>(link(hop).round_trip.count());
    if (hop == 0) time += static_cast<double>(request_.edge_queue.count());
    for (const graph::Unit& unit : request_.graph.units) {
      bool crosses = false;
      for (const graph::Unit& reader : request_.graph.units) {
        for (const graph::ValueId& input : reader.inputs) {
          crosses = crosses || (input.unit == unit.id && tier_of(unit) <= hop &&
                                tier_of(unit) >= 0 && tier_of(reader) > hop);
        }
      }
      if (!crosses) continue;
      if (!unit.transmissible) return std::nullopt;
      double cheapest = on_link(unit.output_bytes, link(hop).uplink_bytes_per_s);
      for (const graph::CodecOption& codec : unit.codecs) {
        const auto& encode = codec.encode[static_cast<std::size_t>(hop)];
        const auto& decode = codec.decode[static_cast<std::size_t>(hop) + 1];
        if (!encode || !decode) continue;
        cheapest = std::min(cheapest, static_cast<double>((*encode + *decode).count()) +
                                          on_link(codec.bytes, link(hop).uplink_bytes_per_s));
      }
      time += cheapest;
    }
    return time;
  }

  int tier_of(const graph::Unit& unit) const { return tier_[static_cast<std::size_t>(unit.id)]; }

  const PlanRequest& request_;
  const std::vector<int>& tier_;  ///< -1: no exit needs it
};

/// Tries every placement in which neither data nor decisions come back.
class BruteEarlyExits {
 public:
  BruteEarlyExits(const PlanRequest& request, const std::vector<double>& reach)
      : request_(request), reach_(reach), tier_(request.graph.units.size(), -1) {
    for (int exit = request.graph.exit_count() - 1; exit >= 0; --exit) {
      needed_.insert(needed_.begin(), graph::units_of_exit(request.graph, exit));
    }
  }

  double best() {
    place(0);
    return best_;
  }

  /// What the plan really costs that algorithms.md 6.4, read plainly, takes: each crossing weighs
  /// what its producer weighs, the round trip is paid as soon as anything may be remote.
  double cost_of_plain_reading() const { return true_cost_of_plain_; }

 private:
  int level(std::size_t id) const {
    for (std::size_t exit = 0; exit < needed_.size(); ++exit) {
      if (needed_[exit][id]) return static_cast<int>(exit);
    }
    return -1;
  }

  void place(std::size_t id) {
    if (id == tier_.size()) return judge();
    if (level(id) < 0) return place(id + 1);
    const int tiers = id == 0 ? 1 : static_cast<int>(request_.graph.tiers.size());
    for (int tier = 0; tier < tiers; ++tier) {
      tier_[id] = tier;
      place(id + 1);
    }
    tier_[id] = -1;
  }

  bool comes_back() const {
    for (const graph::Unit& unit : request_.graph.units) {
      const auto id = static_cast<std::size_t>(unit.id);
      if (tier_[id] < 0) continue;
      for (const graph::ValueId& input : unit.inputs) {
        if (tier_[static_cast<std::size_t>(input.unit)] > tier_[id]) return true;
      }
      for (int exit = 0; exit < level(id); ++exit) {
        const auto decides = request_.graph.exits[static_cast<std::size_t>(exit)].value.unit;
        if (tier_[static_cast<std::size_t>(decides)] > tier_[id]) return true;
      }
    }
    return false;
  }

  void judge() {
    if (comes_back()) return;
    double expected = 0;
    for (std::size_t exit = 0; exit < reach_.size(); ++exit) {
      const auto time = SampleWalk(request_, tier_).latency(static_cast<int>(exit));
      if (!time) return;
      expected += (reach_[exit] - (exit + 1 < reach_.size() ? reach_[exit + 1] : 0)) * *time;
    }
    best_ = std::min(best_, expected);
    if (request_.graph.tiers.size() > 2) return;
    const double plain = plain_reading();
    if (plain >= least_plain_) return;
    least_plain_ = plain;
    true_cost_of_plain_ = expected;
  }

  double plain_reading() const {
    double sum = 0;
    bool remote = false;
    for (const graph::Unit& unit : request_.graph.units) {
      const auto id = static_cast<std::size_t>(unit.id);
      if (tier_[id] < 0) continue;
      const double share = reach_[static_cast<std::size_t>(level(id))];
      remote = remote || tier_[id] > 0;
      sum += share * static_cast<double>(unit.time[static_cast<std::size_t>(tier_[id])]->count());
      bool crosses = false;
      for (const graph::Unit& reader : request_.graph.units) {
        for (const graph::ValueId& input : reader.inputs) {
          crosses = crosses || (input.unit == unit.id && tier_[id] == 0 &&
                                tier_[static_cast<std::size_t>(reader.id)] > 0);
        }
      }
      if (crosses) {
        sum +=
            share * static_cast<double>(unit.output_bytes) * 1e9 / request_.link.uplink_bytes_per_s;
      }
    }
    for (std::size_t exit = 0; exit < reach_.size(); ++exit) {
      const auto unit = static_cast<std::size_t>(request_.graph.exits[exit].value.unit);
      if (tier_[unit] <= 0) continue;
      sum += (reach_[exit] - (exit + 1 < reach_.size() ? reach_[exit + 1] : 0)) *
             static_cast<double>(request_.graph.units[unit].output_bytes) * 1e9 /
             request_.link.downlink_bytes_per_s;
    }
    if (remote)
      sum += static_cast<double>((request_.link.round_trip + request_.edge_queue).count());
    return sum;
  }

  const PlanRequest& request_;
  const std::vector<double>& reach_;
  std::vector<int> tier_;
  std::vector<std::vector<bool>> needed_;
  double best_ = INFINITY, least_plain_ = INFINITY, true_cost_of_plain_ = INFINITY;
};

/// A random network in which every exit has a head of its own: its last units are the exits, and a
/// unit reads no exit.
graph::LayerGraph random_branchy(std::uint32_t seed, int tiers, int units, int exits) {
  testing::RandomShape shape;
  shape.tiers = tiers;
  shape.units = units;
  shape.unreachable = seed % 4 == 0;
  graph::LayerGraph graph = testing::random_dag(seed, shape);
  graph.exits.clear();
  std::mt19937 random(seed + 77);
  std::int32_t trunk = 0;
  for (int exit = 0; exit < exits; ++exit) {
    trunk = std::uniform_int_distribution<std::int32_t>(
        trunk, std::max(trunk, units - exits + exit))(random);
    graph::Unit head = testing::internal::random_unit(random, shape, graph.unit_count());
    head.inputs = {{trunk, 0}};
    graph.units.push_back(head);
    testing::add_exit(graph, head.id, 0.5 + 0.1 * exit);
    trunk = std::min(trunk + 1, units - 1);
  }
  return graph;
}

std::vector<double> random_reach(std::uint32_t seed, int exits) {
  std::mt19937 random(seed);
  std::vector<double> reach = {1};
  for (int exit = 1; exit < exits; ++exit) {
    reach.push_back(reach.back() * std::uniform_int_distribution<int>(0, 8)(random) / 8);
  }
  return reach;
}

TEST(LeastExpectedLatency, EqualsWalkingEverySampleThroughEveryPlacement) {
  int planned = 0, in_between = 0, plain_optimal = 0, plain_planned = 0;
  double plain_worst = 1, plain_sum = 0;
  for (std::uint32_t seed = 0; seed < 1500; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const int tiers = seed % 4 == 1 ? 3 : 2;
    const int exits = 1 + static_cast<int>(seed % 3);
    const int units = (tiers == 3 ? 2 : 3) + static_cast<int>(seed / 3 % 3);
    graph::LayerGraph graph = random_branchy(seed, tiers, units, exits);
    if (seed % 2 == 0) testing::add_random_codecs(graph, seed);
    PlanRequest request = request_for(graph, testing::random_link(random));
    if (tiers == 3) request.link2 = testing::random_link(random);
    request.edge_queue = ns(seed % 50);
    const std::vector<double> reach = random_reach(seed, exits);
    std::optional<EarlyExitPlan> plan;
    try {
      plan = least_expected_latency(request, reach);
    } catch (const InputError&) {
      ADD_FAILURE() << "random_branchy gives every exit a unit of its own";
      continue;
    }
    BruteEarlyExits brute(request, reach);
    const double best = brute.best();
    ASSERT_EQ(plan.has_value(), std::isfinite(best));
    if (!plan) continue;
    ++planned;
    EXPECT_NEAR(static_cast<double>(plan->expected.count()), best, 0.51 + 1e-6 * best);
    in_between += plan->remote_share > 0 && plan->remote_share < 1 ? 1 : 0;
    if (tiers == 3 || seed % 2 == 0 || best <= 0) continue;
    const double ratio = brute.cost_of_plain_reading() / best;
    ++plain_planned;
    plain_optimal += ratio < 1 + 1e-9 ? 1 : 0;
    plain_worst = std::max(plain_worst, ratio);
    plain_sum += ratio;
  }
  std::cout << "early exits: " << planned << " planned, " << in_between
            << " send a part of the samples; 6.4 read plainly is optimal on " << plain_optimal
            << " of " << plain_planned << ", mean " << plain_sum / plain_planned << ", worst "
            << plain_worst << '\n';
  EXPECT_GT(planned, 1000);
  EXPECT_GT(in_between, 100) << "else early exits hardly matter";
}

TEST(LeastExpectedLatency, IsThatOfTheOnlyExit) {
  for (std::uint32_t seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const graph::LayerGraph graph = testing::random_dag(seed, {});
    const PlanRequest request = request_for(graph, testing::random_link(random));
    const std::optional<Plan> exact = make_exact_two_tier()->plan(request);
    const std::optional<EarlyExitPlan> plan = least_expected_latency(request, {1});
    ASSERT_EQ(plan.has_value(), exact.has_value());
    if (!plan) continue;
    EXPECT_EQ(plan->expected, exact->predicted);
    EXPECT_EQ(plan->tier, exact->tier);
  }
}

/// Nine of ten samples leave at exit 1. Sent whole, every sample pays 600 B; with exit 1 on the
/// device only one in ten sends anything.
TEST(LeastExpectedLatency, KeepsAnExitOnTheDeviceWhenMostSamplesLeaveThere) {
  graph::LayerGraph graph = testing::branchy_chain();
  const PlanRequest request = request_for(graph, {0.4e9, 0.4e9, ns(100)});
  const auto few = least_expected_latency(request, {1, 0.1, 0.1});
  EXPECT_EQ(few->tier[2], D);
  EXPECT_EQ(few->tier[3], E);
  EXPECT_NEAR(few->remote_share, 0.1, 1e-6);
  EXPECT_EQ(few->by_exit[0], ns(1100));
  EXPECT_EQ(few->by_exit[2], ns(1100 + 1000 + 100 + 150 + 150 + 10 + 200 + 10 + 20));
  EXPECT_EQ(few->expected, ns(static_cast<std::int64_t>(std::lround(0.9 * 1100 + 0.1 * 2740))));
  const auto all = least_expected_latency(request, {1, 1, 1});
  EXPECT_EQ(all->tier[1], E);
  EXPECT_DOUBLE_EQ(all->remote_share, 1.0);
}

/// Results of no bytes, for a large one can make an early exit the slow one.
TEST(LeastExpectedLatency, IsNoLongerWhenMoreSamplesLeaveEarly) {
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const graph::LayerGraph graph = random_branchy(seed * 4 + 1, 2, 30, 3);
    PlanRequest request = request_for(graph, testing::random_link(random));
    request.result_bytes = 0;
    const std::vector<double> fewer = {1, 0.5, 0.25}, more = {1, 0.75, 0.5};
    const auto quick = least_expected_latency(request, fewer);
    const auto slow = least_expected_latency(request, more);
    ASSERT_TRUE(quick && slow);
    EXPECT_LE(quick->by_exit[0], quick->by_exit[2]);
    EXPECT_LE(quick->expected, slow->expected + ns(1));
  }
}

TEST(LeastExpectedLatency, RefusesSharesThatAreNone) {
  const graph::LayerGraph graph = testing::branchy_chain();
  const PlanRequest request = request_for(graph);
  EXPECT_THROW(least_expected_latency(request, {1, 0.5}), InputError);
  EXPECT_THROW(least_expected_latency(request, {0.9, 0.5, 0.1}), InputError);
  EXPECT_THROW(least_expected_latency(request, {1, 0.5, 0.6}), InputError);
  EXPECT_THROW(least_expected_latency(request, {1, 0.5, -0.1}), InputError);
  graph::LayerGraph shuffled = graph;
  std::swap(shuffled.exits[0], shuffled.exits[2]);
  EXPECT_NO_THROW(least_expected_latency(request_for(shuffled), {1, 0.5, 0.5}))
      << "a head may be anywhere";
  shuffled.exits[1].value.unit = 4;
  EXPECT_THROW(least_expected_latency(request_for(shuffled), {1, 0.5, 0.5}), InputError);
}

}  // namespace
}  // namespace branchline::planner
