#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "framework/graph/layer_graph.h"

/// Small profiled graphs that many tests share. Times are in nanoseconds unless a test scales them;
/// the pictures show `id` or `id:output_bytes`.
namespace branchline::testing {

using graph::LayerGraph;
using graph::Nanoseconds;
using graph::Unit;
using graph::ValueId;

/// A unit that runs on every tier: its times on device, edge (and cloud), what it sends, whom it
/// reads.
inline void add_unit(LayerGraph& graph, std::initializer_list<std::int64_t> time_ns,
                     std::int64_t output_bytes, std::initializer_list<std::int32_t> inputs) {
  Unit unit;
  unit.id = graph.unit_count();
  unit.name = "unit" + std::to_string(unit.id);
  unit.output_bytes = output_bytes;
  for (const std::int32_t input : inputs) unit.inputs.push_back({input, 0});
  for (const std::int64_t time : time_ns) unit.time.emplace_back(Nanoseconds(time));
  graph.units.push_back(unit);
}

inline void add_exit(LayerGraph& graph, std::int32_t unit, double accuracy) {
  graph.exits.push_back({"exit" + std::to_string(graph.exit_count() + 1), {unit, 0}, accuracy});
}

inline LayerGraph two_tier_graph(const std::string& name) {
  LayerGraph graph;
  graph.name = name;
  graph.tiers = {Tier::device, Tier::edge};
  return graph;
}

/// The input is the answer.
///
///     0:100 ─► exit1
inline LayerGraph single_unit() {
  LayerGraph graph = two_tier_graph("single unit");
  add_unit(graph, {0, 0}, 100, {});
  add_exit(graph, 0, 1.0);
  return graph;
}

/// A chain that narrows in the middle: the place to cut.
///
///     0:1000 ─► 1:800 ─► 2:50 ─► 3:400 ─► 4:10 ─► exit1
inline LayerGraph narrow_chain() {
  LayerGraph graph = two_tier_graph("narrow chain");
  add_unit(graph, {0, 0}, 1000, {});
  add_unit(graph, {200, 20}, 800, {0});
  add_unit(graph, {300, 30}, 50, {1});
  add_unit(graph, {4000, 400}, 400, {2});
  add_unit(graph, {600, 60}, 10, {3});
  add_exit(graph, 4, 0.9);
  return graph;
}

/// Two branches that share a producer and join.
///
///            ┌─► 1:90 ─┐
///     0:100 ─┤         ├─► 3:10 ─► exit1
///            └─► 2:70 ─┘
inline LayerGraph diamond() {
  LayerGraph graph = two_tier_graph("diamond");
  add_unit(graph, {0, 0}, 100, {});
  add_unit(graph, {30, 3}, 90, {0});
  add_unit(graph, {40, 4}, 70, {0});
  add_unit(graph, {50, 5}, 10, {1, 2});
  add_exit(graph, 3, 0.8);
  return graph;
}

/// The smallest graph on which DADS eq. (4), as published, finds an impossible plan
/// (algorithms.md 1.2).
///
///        ┌──────────────────┐
///     0:36 ─► 1:1 ─► 2:2 ─► 3:1 ─► exit1
///              └─────────────┘
inline LayerGraph dads_counterexample() {
  LayerGraph graph = two_tier_graph("DADS counterexample");
  add_unit(graph, {0, 0}, 36, {});
  add_unit(graph, {18, 5}, 1, {0});
  add_unit(graph, {36, 6}, 2, {1});
  add_unit(graph, {16, 9}, 1, {0, 1, 2});
  add_exit(graph, 3, 0.8);
  return graph;
}

/// A trunk with three exits; heads hang off the trunk.
///
///     0:600 ─► 1:400 ─► 3:200 ─► 4:100 ─► 6:50 ─► 7:8 ─► exit3
///                │                │
///                └► 2:8           └► 5:8
///                   exit1            exit2
inline LayerGraph branchy_chain() {
  LayerGraph graph = two_tier_graph("branchy chain");
  add_unit(graph, {0, 0}, 600, {});
  add_unit(graph, {1000, 100}, 400, {0});
  add_unit(graph, {100, 10}, 8, {1});
  add_exit(graph, 2, 0.6);
  add_unit(graph, {1500, 150}, 200, {1});
  add_unit(graph, {1500, 150}, 100, {3});
  add_unit(graph, {100, 10}, 8, {4});
  add_exit(graph, 5, 0.7);
  add_unit(graph, {2000, 200}, 50, {4});
  add_unit(graph, {100, 10}, 8, {6});
  add_exit(graph, 7, 0.8);
  return graph;
}

/// A residual block: the skip edge passes over unit 2, so that 2 and 3 are no cut vertices.
///
///                ┌──────────────────┐
///     0:64 ─► 1:32 ─► 2:32 ─► 3:32 ─► 4:16 ─► exit1
inline LayerGraph residual_block() {
  LayerGraph graph = two_tier_graph("residual block");
  add_unit(graph, {0, 0}, 64, {});
  add_unit(graph, {10, 1}, 32, {0});
  add_unit(graph, {10, 1}, 32, {1});
  add_unit(graph, {10, 1}, 32, {2});
  add_unit(graph, {10, 1}, 16, {1, 3});
  add_exit(graph, 4, 0.8);
  return graph;
}

/// What random_dag draws from.
struct RandomShape {
  int units = 7;            ///< with the input
  int tiers = 2;            ///< 2 or 3
  int exits = 1;            ///< at the last units
  bool chain = false;       ///< each unit reads its predecessor only
  bool unreachable = true;  ///< now and then a tier cannot run a unit, a value cannot travel
  std::int64_t largest_time = 1000;
  std::int64_t largest_bytes = 1000;
};

namespace internal {

inline Unit random_unit(std::mt19937& random, const RandomShape& shape, std::int32_t id) {
  const auto up_to = [&random](std::int64_t limit) {
    return std::uniform_int_distribution<std::int64_t>(0, limit)(random);
  };
  Unit unit;
  unit.id = id;
  unit.name = "unit" + std::to_string(id);
  unit.output_bytes = up_to(shape.largest_bytes);
  for (int tier = 0; tier < shape.tiers; ++tier) {
    // Each tier out is on average some times faster than the one before.
    const std::int64_t limit = shape.largest_time >> (2 * tier);
    unit.time.emplace_back(Nanoseconds(id == 0 ? 0 : up_to(limit)));
    const bool barred = shape.unreachable && id != 0 && up_to(15) == 0;
    if (barred) unit.time.back() = std::nullopt;
  }
  unit.transmissible = !shape.unreachable || id == 0 || up_to(9) != 0;
  if (shape.chain && id > 0) unit.inputs.push_back({id - 1, 0});
  for (std::int32_t producer = 0; producer < id && !shape.chain; ++producer) {
    if (up_to(2) == 0) unit.inputs.push_back({producer, 0});
  }
  const bool alone = id != 0 && unit.inputs.empty();
  if (alone) unit.inputs.push_back({static_cast<std::int32_t>(up_to(id - 1)), 0});
  const bool reads_two_outputs = id != 0 && up_to(4) == 0;
  if (reads_two_outputs) unit.inputs.push_back({unit.inputs.front().unit, 1});
  return unit;
}

}  // namespace internal

/// The same graph for the same seed, everywhere.
inline LayerGraph random_dag(std::uint32_t seed, const RandomShape& shape) {
  std::mt19937 random(seed);
  LayerGraph graph = two_tier_graph("random " + std::to_string(seed));
  if (shape.tiers == 3) graph.tiers.push_back(Tier::cloud);
  for (std::int32_t id = 0; id < shape.units; ++id) {
    graph.units.push_back(internal::random_unit(random, shape, id));
  }
  for (int exit = shape.exits; exit > 0; --exit) {
    add_exit(graph, shape.units - exit, 0.9 - 0.1 * exit);
  }
  return graph;
}

}  // namespace branchline::testing
