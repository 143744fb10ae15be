#include "framework/graph/layer_graph.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/support/common_graphs.h"

namespace branchline::graph {
namespace {

using testing::add_exit;
using testing::add_unit;
using Ids = std::vector<std::int32_t>;

/// By the definition: without the vertex, no path leads from unit 0 to the exit.
bool on_every_path(const LayerGraph& graph, std::int32_t vertex, std::int32_t exit_unit) {
  if (vertex == 0 || vertex == exit_unit) return true;
  std::vector<bool> reached(graph.units.size(), false);
  reached[0] = true;
  for (const Unit& unit : graph.units) {
    for (const ValueId& input : unit.inputs) {
      if (unit.id != vertex && reached[static_cast<std::size_t>(input.unit)]) {
        reached[static_cast<std::size_t>(unit.id)] = true;
      }
    }
  }
  return !reached[static_cast<std::size_t>(exit_unit)];
}

TEST(Consumers, AreListedOnceAndAscending) {
  const std::vector<Ids> readers = consumers(testing::dads_counterexample());
  EXPECT_EQ(readers, (std::vector<Ids>{{1, 3}, {2, 3}, {3}, {}}));
}

TEST(Consumers, CountAUnitThatReadsTwoOutputsOnce) {
  LayerGraph graph = testing::narrow_chain();
  graph.units[2].inputs = {{1, 0}, {1, 1}};
  EXPECT_EQ(consumers(graph)[1], Ids{2});
}

TEST(Consumers, AmongIgnoresUnitsOutsideTheMask) {
  const LayerGraph graph = testing::branchy_chain();
  const std::vector<Ids> readers = consumers_among(graph, units_of_exit(graph, 0));
  EXPECT_EQ(readers[1], Ids{2});
  EXPECT_EQ(readers[4], Ids{});
}

TEST(UnitsOfExit, LeavesOutTheOtherHeads) {
  const LayerGraph graph = testing::branchy_chain();
  EXPECT_EQ(units_of_exit(graph, 0),
            (std::vector<bool>{true, true, true, false, false, false, false, false}));
  EXPECT_EQ(units_of_exit(graph, 2),
            (std::vector<bool>{true, true, false, true, true, false, true, true}));
}

TEST(UnitsOfExit, AlwaysHoldTheInput) {
  graph::LayerGraph graph = testing::diamond();
  graph.units[3].inputs.clear();  // no valid graph, but nobody may crash on it
  EXPECT_EQ(units_of_exit(graph, 0), (std::vector<bool>{true, false, false, true}));
}

TEST(UnitsOfExit, RefusesAnExitThatIsNotThere) {
  EXPECT_THROW(units_of_exit(testing::diamond(), 1), std::logic_error);
  EXPECT_THROW(cut_vertices(testing::diamond(), -1), std::logic_error);
}

TEST(HeadUnits, BelongToOneExitOnly) {
  const LayerGraph graph = testing::branchy_chain();
  EXPECT_EQ(head_units(graph, 0), Ids{2});
  EXPECT_EQ(head_units(graph, 1), Ids{5});
  EXPECT_EQ(head_units(graph, 2), (Ids{6, 7}));
}

TEST(HeadUnits, EqualTheDefinitionOnRandomGraphs) {
  for (std::uint32_t seed = 0; seed < 200; ++seed) {
    testing::RandomShape shape;
    shape.units = 4 + static_cast<int>(seed % 9);
    shape.exits = 1 + static_cast<int>(seed % 4);
    const LayerGraph graph = testing::random_dag(seed, shape);
    for (int exit = 0; exit < shape.exits; ++exit) {
      std::vector<bool> mine = units_of_exit(graph, exit);
      for (int other = 0; other < shape.exits; ++other) {
        const std::vector<bool> theirs = units_of_exit(graph, other);
        for (std::size_t id = 0; id < mine.size(); ++id) {
          mine[id] = mine[id] && (other == exit || !theirs[id]);
        }
      }
      Ids expected;
      for (const Unit& unit : graph.units) {
        if (mine[static_cast<std::size_t>(unit.id)]) expected.push_back(unit.id);
      }
      EXPECT_EQ(head_units(graph, exit), expected) << "seed " << seed << ", exit " << exit;
    }
  }
}

TEST(CutVertices, OfAChainAreAllItsUnits) {
  EXPECT_EQ(cut_vertices(testing::narrow_chain(), 0), (Ids{0, 1, 2, 3, 4}));
}

TEST(CutVertices, SkipTheInteriorOfABlock) {
  EXPECT_EQ(cut_vertices(testing::diamond(), 0), (Ids{0, 3}));
  EXPECT_EQ(cut_vertices(testing::residual_block(), 0), (Ids{0, 1, 4}));
}

TEST(CutVertices, IgnoreTheHeadsOfOtherExits) {
  // In the whole graph unit 2 hangs beside the trunk; for exit 1 it is the end, for exit 3 absent.
  const LayerGraph graph = testing::branchy_chain();
  EXPECT_EQ(cut_vertices(graph, 0), (Ids{0, 1, 2}));
  EXPECT_EQ(cut_vertices(graph, 2), (Ids{0, 1, 3, 4, 6, 7}));
}

TEST(CutVertices, OfTheInputAsExitIsTheInput) {
  EXPECT_EQ(cut_vertices(testing::single_unit(), 0), Ids{0});
}

TEST(CutVertices, AddingASkipEdgeOverACutVertexRemovesIt) {
  LayerGraph graph = testing::narrow_chain();
  graph.units[3].inputs.push_back({1, 0});
  EXPECT_EQ(cut_vertices(graph, 0), (Ids{0, 1, 3, 4}));
}

TEST(CutVertices, EqualTheDefinitionOnRandomGraphs) {
  for (std::uint32_t seed = 0; seed < 500; ++seed) {
    testing::RandomShape shape;
    shape.units = 2 + static_cast<int>(seed % 11);
    shape.exits = 2;
    const LayerGraph graph = testing::random_dag(seed, shape);
    for (int exit = 0; exit < 2; ++exit) {
      const std::int32_t last = graph.exits[static_cast<std::size_t>(exit)].value.unit;
      const std::vector<bool> needed = units_of_exit(graph, exit);
      Ids expected;
      for (std::int32_t id = 0; id <= last; ++id) {
        const bool inside = needed[static_cast<std::size_t>(id)];
        if (inside && on_every_path(graph, id, last)) expected.push_back(id);
      }
      EXPECT_EQ(cut_vertices(graph, exit), expected) << "seed " << seed << " exit " << exit;
    }
  }
}

}  // namespace
}  // namespace branchline::graph
