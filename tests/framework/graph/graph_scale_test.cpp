// Graphs far beyond any network: what reads, checks, asks and draws them costs in proportion.

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <ctime>

#include "framework/graph/graph_json.h"
#include "framework/graph/layer_graph.h"
#include "framework/graph/validate_graph.h"
#include "tests/support/common_graphs.h"

namespace branchline::graph {
namespace {

using testing::add_exit;
using testing::add_unit;
using Seconds = std::chrono::duration<double>;

constexpr std::int32_t kLarge = 100'000;

/// A trunk; a quarter of the way each, a head of one unit.
///
///     0 ─► 1 ─► … ─► n/4 ─► … ─► n-1 ─► exit4
///                     └─► head ─► exit1
LayerGraph long_chain(std::int32_t units) {
  LayerGraph graph = testing::two_tier_graph("long chain");
  add_unit(graph, {0, 0}, 600, {});
  std::int32_t trunk = 0;
  while (graph.unit_count() < units) {
    add_unit(graph, {1000, 100}, 400, {trunk});
    trunk = graph.unit_count() - 1;
    if (graph.exit_count() < 3 && trunk >= (graph.exit_count() + 1) * units / 4) {
      add_unit(graph, {10, 1}, 8, {trunk});
      add_exit(graph, trunk + 1, 0.5);
    }
  }
  add_exit(graph, trunk, 0.9);
  return graph;
}

/// Everything between the input and the joining unit side by side.
///
///            ┌─► 1 ───┐
///     0:100 ─┼─► … ───┼─► n-1 ─► exit2
///            └─► n-2 ─┘
///                 └─► exit1
LayerGraph wide_graph(std::int32_t units) {
  LayerGraph graph = testing::two_tier_graph("wide graph");
  add_unit(graph, {0, 0}, 100, {});
  while (graph.unit_count() < units - 1) add_unit(graph, {1000, 100}, 400, {0});
  add_exit(graph, units - 2, 0.5);
  add_unit(graph, {1000, 100}, 8, {});
  for (std::int32_t id = 1; id < units - 1; ++id) graph.units.back().inputs.push_back({id, 0});
  add_exit(graph, units - 1, 0.9);
  return graph;
}

/// Of this process's CPU, the least of three: what else the machine does counts little.
template <typename Work>
Seconds time_of(const Work& work) {
  Seconds least = Seconds::max();
  for (int run = 0; run < 3; ++run) {
    const std::clock_t begun = std::clock();
    work();
    least = std::min(least, Seconds(static_cast<double>(std::clock() - begun) / CLOCKS_PER_SEC));
  }
  return least;
}

/// Eight times the size may take 32 times as long, for caches end on the way; a square would make
/// it 64. @param input_of  makes the input, which is not timed
template <typename InputOf, typename Work>
void expect_no_square(const InputOf& input_of, const Work& work) {
  const auto small = input_of(kLarge / 8), large = input_of(kLarge);
  const Seconds at_small = time_of([&] { work(small); });
  const Seconds at_large = time_of([&] { work(large); });
  constexpr Seconds kTooShortToTell{0.02};
  EXPECT_LT(at_large, 32 * at_small + kTooShortToTell)
      << "at an eighth " << at_small.count() << " s";
}

template <typename Work>
void expect_no_square_of_units(const Work& work) {
  expect_no_square(long_chain, work);
  expect_no_square(wide_graph, work);
}

TEST(GraphScale, ALongChainIsReadAsItWasWritten) {
  const LayerGraph graph = long_chain(kLarge);
  EXPECT_EQ(graph_from_json(to_json(graph), "memory"), graph);
  EXPECT_EQ(cut_vertices(graph, 3).size(), static_cast<std::size_t>(kLarge - 3));
  EXPECT_EQ(head_units(graph, 0), (std::vector<std::int32_t>{kLarge / 4 + 1}));
}

TEST(GraphScale, AWideGraphIsReadAsItWasWritten) {
  const LayerGraph graph = wide_graph(kLarge);
  EXPECT_EQ(graph_from_json(to_json(graph), "memory"), graph);
  EXPECT_EQ(cut_vertices(graph, 1), (std::vector<std::int32_t>{0, kLarge - 1}));
  EXPECT_EQ(head_units(graph, 0), (std::vector<std::int32_t>{}));
  EXPECT_EQ(head_units(graph, 1).size(), static_cast<std::size_t>(kLarge - 2));
}

TEST(GraphScale, ReadingCostsNoSquareOfTheUnits) {
  const auto read = [](const std::string& text) { graph_from_json(text, "memory"); };
  expect_no_square([](int units) { return to_json(long_chain(units)); }, read);
  expect_no_square([](int units) { return to_json(wide_graph(units)); }, read);
}

TEST(GraphScale, ReadingCostsNoSquareOfTheFieldsItIgnores) {
  const auto text_of = [](int fields) {
    std::string text = R"({"schema": "branchline.graph/1",)";
    for (int field = 0; field < fields; ++field) text += "\"" + std::to_string(field) + "\": 0,";
    return text +
           R"("units": [{"id": 0, "output_bytes": 1, "inputs": []}], "exits": [{"unit": 0}]})";
  };
  expect_no_square(text_of, [](const std::string& text) { graph_from_json(text, "memory"); });
}

TEST(GraphScale, WritingAndDrawingCostNoSquareOfTheUnits) {
  expect_no_square_of_units([](const LayerGraph& graph) { to_json(graph); });
  expect_no_square_of_units([](const LayerGraph& graph) { to_dot(graph); });
}

TEST(GraphScale, AlgorithmsCostNoSquareOfTheUnits) {
  expect_no_square_of_units([](const LayerGraph& graph) { validate_graph(graph, "it"); });
  expect_no_square_of_units([](const LayerGraph& graph) { consumers(graph); });
  expect_no_square_of_units([](const LayerGraph& graph) { cut_vertices(graph, 1); });
  expect_no_square_of_units([](const LayerGraph& graph) { head_units(graph, 1); });
}

TEST(GraphScale, AHeadCostsNoProductOfExitsAndUnits) {
  const auto with_exits = [](int units) {
    LayerGraph graph = wide_graph(units / 10);
    for (std::int32_t unit = 1; unit < units / 10 - 2; ++unit) add_exit(graph, unit, 0.5);
    return graph;
  };
  expect_no_square(with_exits, [](const LayerGraph& graph) { head_units(graph, 1); });
}

}  // namespace
}  // namespace branchline::graph
