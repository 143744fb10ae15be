#include "framework/runtime/plan_maps.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "framework/planner/algorithms/exact.h"
#include "framework/planner/plan_cost.h"

namespace branchline::runtime {
namespace {

using planner::MapConditions;
using std::chrono::microseconds;

constexpr std::size_t kAll = 1000;

/// A picture, then a trunk with a head on every second unit and, now and then, a shortcut.
graph::LayerGraph random_network(std::mt19937& random) {
  const auto pick = [&](int from, int to) {
    return std::uniform_int_distribution<int>(from, to)(random);
  };
  graph::LayerGraph graph;
  graph.name = "random";
  graph.tiers = {Tier::device, Tier::edge};
  const auto add = [&](std::int32_t input, graph::TensorSpec output) {
    graph::Unit unit;
    unit.id = graph.unit_count();
    unit.name = "unit" + std::to_string(unit.id);
    if (unit.id > 0) unit.inputs = {{input, 0}};
    unit.output_bytes = output.bytes();
    unit.outputs = {std::move(output)};
    const int edge_us = unit.id > 0 ? pick(50, 500) : 0;
    unit.time = {microseconds(edge_us * pick(3, 20)), microseconds(edge_us)};
    graph.units.push_back(std::move(unit));
    return graph.unit_count() - 1;
  };
  std::int32_t trunk = add(0, {DType::u8, {1, 32, 32, 3}}), before = trunk;
  for (int unit = 1; unit <= 8; ++unit) {
    const std::int32_t next = add(trunk, {DType::f32, {1, pick(2, 64), 8, 8}});
    if (before != trunk && pick(0, 2) == 0) graph.units.back().inputs.push_back({before, 0});
    before = trunk;
    trunk = next;
    if (unit % 3 != 2) continue;
    const std::int32_t head = add(trunk, {DType::f32, {1, 10}});
    const auto number = static_cast<double>(graph.exits.size());
    graph.exits.push_back(
        {"exit" + std::to_string(graph.exits.size() + 1), {head, 0}, 0.7 + 0.05 * number});
  }
  return graph;
}

model::ModelManifest lossy_manifest(const graph::LayerGraph& graph) {
  model::ModelManifest manifest;
  model::InputManifest input;
  input.is_image = true;
  manifest.inputs = {input};
  for (const auto& [codec, loss] : {std::pair{"jpeg", 0.012}, {"int8", 0.003}, {"fp16", 0.0}}) {
    model::CodecAccuracy accuracy{codec, {}};
    for (const graph::ExitPoint& exit : graph.exits)
      accuracy.accuracy.push_back(*exit.accuracy - loss);
    manifest.codecs.push_back(std::move(accuracy));
  }
  return manifest;
}

MapConditions random_conditions(std::mt19937& random) {
  const auto scale = [&](double least, double most) {
    return std::exp(
        std::uniform_real_distribution<double>(std::log(least), std::log(most))(random));
  };
  const double uplink = scale(1e4, 1e8);
  return {{uplink, 2 * uplink, microseconds(static_cast<int>(scale(100, 50000)))},
          scale(0.2, 8),
          scale(0.2, 8),
          microseconds(static_cast<int>(scale(1, 50000)))};
}

planner::PlanRequest request_under(const graph::LayerGraph& graph, const MapConditions& now) {
  return {graph, now.link, {}, {}, {}, {}, now.edge_queue};
}

graph::LayerGraph at_speeds(graph::LayerGraph graph, const MapConditions& now) {
  const auto scale = [](auto& times, double device, double edge) {
    times[0] = Duration(std::llround(static_cast<double>(times[0]->count()) * device));
    times[1] = Duration(std::llround(static_cast<double>(times[1]->count()) * edge));
  };
  for (graph::Unit& unit : graph.units) {
    scale(unit.time, now.device_factor, now.edge_factor);
    for (graph::CodecOption& codec : unit.codecs) {
      scale(codec.encode, now.device_factor, now.edge_factor);
      scale(codec.decode, now.device_factor, now.edge_factor);
    }
  }
  return graph;
}

/// The short list holds, for every exit and every loss that codecs may cause, a placement as quick
/// as the optimum, or the device is quickest, whatever the conditions.
TEST(PlanMaps, AreCompleteOverTimeAndAccuracy) {
  const auto exact = planner::make_exact_two_tier();
  int remote = 0, checked = 0;
  for (unsigned seed = 0; seed < 30; ++seed) {
    std::mt19937 random(seed);
    const graph::LayerGraph graph = random_network(random);
    const WireCosts wire(graph, lossy_manifest(graph), 1);
    ASSERT_EQ(wire.levels(), 4u) << "usual, next to none, 0.005, 0.02";
    const auto plans = plan_maps(graph, wire, false).likely_first(random_conditions(random), kAll);
    for (int condition = 0; condition < 10; ++condition) {
      const MapConditions now = random_conditions(random);
      for (std::size_t level = 1; level < wire.levels(); ++level) {
        const graph::LayerGraph coded = at_speeds(wire.with_codecs(graph, level, false), now);
        for (int exit = 0; exit < graph.exit_count(); ++exit) {
          planner::PlanRequest request = request_under(coded, now);
          request.exit = exit;
          const planner::Plan optimum = *exact->plan(request);
          ++checked;
          if (planner::units_on(optimum, Tier::edge).empty()) continue;
          ++remote;
          Duration best = Duration::max();
          for (const planner::Plan& plan : plans) {
            if (plan.exit != exit) continue;
            best = std::min(best, planner::price_plan(request, exit, plan.tier)->predicted);
          }
          EXPECT_LE(best, optimum.predicted + microseconds(1)) << seed << " exit " << exit;
        }
      }
    }
  }
  EXPECT_GT(remote, checked / 4) << "the test is about plans that use the edge";
}

TEST(PlanMaps, NameThePlansForTheLinkAsItIsFirst) {
  std::mt19937 random(5);
  const graph::LayerGraph graph = random_network(random);
  const WireCosts wire(graph, lossy_manifest(graph), 1);
  const PlanMaps maps = plan_maps(graph, wire, false);
  for (int condition = 0; condition < 50; ++condition) {
    const MapConditions now = random_conditions(random);
    const auto all = maps.likely_first(now, kAll);
    std::size_t first = 0;
    for (const planner::PlanMap& map : maps.maps) {
      const planner::MapPlan& fastest = map.plans[map.look_up(now)->plan];
      if (!fastest.remote) continue;
      const auto found = std::find_if(all.begin(), all.end(), [&](const auto& plan) {
        return plan.exit == map.exit && plan.tier == fastest.tier;
      });
      ASSERT_NE(found, all.end());
      first = std::max(first, static_cast<std::size_t>(found - all.begin()) + 1);
    }
    EXPECT_LE(first, maps.maps.size());
    const auto few = maps.likely_first(now, 3);
    ASSERT_LE(few.size(), 3u);
    EXPECT_TRUE(std::equal(few.begin(), few.end(), all.begin())) << "the likeliest of all";
  }
}

TEST(PlanMaps, HoldNoPlacementTwiceAndNoneThatStaysOnTheDevice) {
  std::mt19937 random(7);
  const graph::LayerGraph graph = random_network(random);
  const WireCosts wire(graph, lossy_manifest(graph), 1);
  const auto plans = plan_maps(graph, wire, false).likely_first(random_conditions(random), kAll);
  ASSERT_GT(plans.size(), 3u);
  for (std::size_t i = 0; i < plans.size(); ++i) {
    EXPECT_FALSE(planner::units_on(plans[i], Tier::edge).empty());
    for (std::size_t j = 0; j < i; ++j) EXPECT_FALSE(plans[i] == plans[j]);
  }
}

}  // namespace
}  // namespace branchline::runtime
