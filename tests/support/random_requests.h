#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <random>
#include <string>

#include "tests/support/common_graphs.h"
#include "tests/support/plan_requests.h"

/// Seeded requests for comparing planners with one another.
namespace branchline::testing {

/// A chain of blocks: between two cut vertices nothing, a residual connection, two branches or a
/// small random net. `units` at least, with the input; the last unit is the exit.
inline LayerGraph random_block_graph(std::uint32_t seed, const RandomShape& shape) {
  std::mt19937 random(seed);
  const auto up_to = [&random](std::int32_t limit) {
    return std::uniform_int_distribution<std::int32_t>(0, limit)(random);
  };
  LayerGraph graph = two_tier_graph("random blocks " + std::to_string(seed));
  if (shape.tiers == 3) graph.tiers.push_back(Tier::cloud);
  graph.units.push_back(internal::random_unit(random, shape, 0));
  while (graph.unit_count() < shape.units) {
    const std::int32_t from = graph.unit_count() - 1, inside = up_to(3) * up_to(2);
    for (std::int32_t id = from + 1; id <= from + inside + 1; ++id) {
      Unit unit = internal::random_unit(random, shape, id);
      unit.inputs = {{from + up_to(id - 1 - from), 0}};
      for (std::int32_t producer = from; producer < id; ++producer) {
        // The block's last unit reads all that nobody else reads.
        bool read = producer == from && inside > 0;
        for (const Unit& reader : graph.units) {
          for (const ValueId& input : reader.inputs) read = read || input.unit == producer;
        }
        const bool joins = id == from + inside + 1 ? !read : up_to(3) == 0;
        const ValueId value{producer, 0};
        if (joins && unit.inputs.front() != value) unit.inputs.push_back(value);
      }
      graph.units.push_back(unit);
    }
  }
  add_exit(graph, graph.unit_count() - 1, 0.9);
  return graph;
}

/// A seeded request whose small numbers make ties every third time.
class RandomRequest {
 public:
  enum Kind { kAnyDag, kBlocks };

  RandomRequest(std::uint32_t seed, int tiers, int most_units, Kind kind = kAnyDag)
      : graph_(kind == kAnyDag ? random_dag(seed, shape(seed, tiers, most_units))
                               : random_block_graph(seed, shape(seed, tiers, most_units))),
        random_(seed),
        request(request_for(graph_, link(seed))) {
    if (tiers == 3) request.link2 = link(seed);
    request.edge_queue = Nanoseconds(seed % 4);
    if (seed % 5 == 0) request.result_bytes = 3;
  }
  RandomRequest(const RandomRequest&) = delete;
  RandomRequest& operator=(const RandomRequest&) = delete;

 private:
  static RandomShape shape(std::uint32_t seed, int tiers, int most_units) {
    RandomShape shape;
    shape.tiers = tiers;
    shape.units = 2 + static_cast<int>(seed % static_cast<std::uint32_t>(most_units - 1));
    shape.largest_time = shape.largest_bytes = seed % 3 == 0 ? 3 : 1000;
    return shape;
  }
  LinkSpeed link(std::uint32_t seed) {
    return seed % 3 == 0 ? byte_per_ns() : random_link(random_);
  }

  LayerGraph graph_;
  std::mt19937 random_;

 public:
  PlanRequest request;
};

/// How far a heuristic is from the optimum, over many cases.
class GapTally {
 public:
  void add(std::int64_t heuristic, std::int64_t optimum) {
    ++cases_;
    if (heuristic == optimum) ++optimal_;
    const double ratio = optimum > 0 ? static_cast<double>(heuristic) / static_cast<double>(optimum)
                                     : (heuristic > 0 ? kFromNothing : 1.0);
    sum_ += ratio;
    max_ = std::max(max_, ratio);
  }

  double optimal_share() const { return static_cast<double>(optimal_) / cases_; }
  double mean() const { return sum_ / cases_; }
  double max() const { return max_; }
  int cases() const { return cases_; }

  std::string text() const {
    char line[120];
    std::snprintf(line, sizeof line, "%d cases: optimal in %.1f %%, mean %.4f x, max %.2f x",
                  cases_, 100 * optimal_share(), mean(), max());
    return line;
  }

 private:
  static constexpr double kFromNothing = 2.0;  ///< stands for "something instead of 0"
  int cases_ = 0, optimal_ = 0;
  double sum_ = 0, max_ = 0;
};

}  // namespace branchline::testing
