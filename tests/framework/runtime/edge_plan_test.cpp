#include "framework/runtime/edge_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "tests/support/common_graphs.h"

namespace branchline::runtime {
namespace {

using branchline::testing::branchy_chain;
using branchline::testing::random_dag;
using ::testing::HasSubstr;

/// As many outputs as somebody reads, at least one.
graph::LayerGraph with_specs(graph::LayerGraph graph) {
  for (graph::Unit& unit : graph.units) unit.outputs = {{DType::u8, {1, unit.output_bytes}}};
  for (const graph::Unit& unit : graph.units) {
    for (const graph::ValueId& input : unit.inputs) {
      auto& outputs = graph.units[static_cast<std::size_t>(input.unit)].outputs;
      while (outputs.size() <= static_cast<std::size_t>(input.index)) {
        outputs.push_back(outputs.front());
      }
    }
  }
  return graph;
}

transport::RemotePlan remote_plan(int exit, UnitRanges units,
                                  std::vector<transport::WireValue> outputs) {
  return {"digest", exit, {{Tier::edge, std::move(units)}}, std::move(outputs)};
}

std::string misfit(const transport::RemotePlan& plan) {
  static const graph::LayerGraph graph = with_specs(branchy_chain());
  const auto checked = check_plan(graph, plan);
  const auto* sentence = std::get_if<std::string>(&checked);
  return sentence != nullptr ? *sentence : "fits";
}

//     0:600 ─► 1:400 ─► 3:200 ─► 4:100 ─► 6:50 ─► 7:8 ─► exit3, heads 2 and 5

TEST(EdgePlan, TakesTheTailOfANetwork) {
  const graph::LayerGraph graph = with_specs(branchy_chain());
  const auto checked = check_plan(graph, remote_plan(2, {{4, 4}, {6, 7}}, {{7, 0}}));
  ASSERT_TRUE(std::holds_alternative<EdgePlan>(checked)) << std::get<std::string>(checked);
  const auto& plan = std::get<EdgePlan>(checked);
  EXPECT_EQ(plan.inputs, (std::vector<graph::ValueId>{{3, 0}}));
  EXPECT_EQ(plan.outputs, (std::vector<graph::ValueId>{{7, 0}}));
  EXPECT_EQ(plan.units, (UnitRanges{{4, 4}, {6, 7}}));
}

TEST(EdgePlan, OneSetOfUnitsHasOneName) {
  const graph::LayerGraph graph = with_specs(branchy_chain());
  EXPECT_EQ(std::get<EdgePlan>(check_plan(graph, remote_plan(2, {{6, 6}, {7, 7}}, {{7, 0}}))),
            std::get<EdgePlan>(check_plan(graph, remote_plan(2, {{6, 7}}, {{7, 0}}))));
}

TEST(EdgePlan, SaysWhatDoesNotFit) {
  EXPECT_THAT(misfit(remote_plan(3, {{1, 1}}, {{1, 0}})), HasSubstr("no exit number 4"));
  EXPECT_THAT(misfit(remote_plan(-1, {{1, 1}}, {{1, 0}})), HasSubstr("no exit number 0"));
  EXPECT_THAT(misfit(remote_plan(2147483647, {{1, 1}}, {{1, 0}})), HasSubstr("no exit number"));
  EXPECT_THAT(misfit({"d", 0, {}, {{1, 0}}}), HasSubstr("no stage"));
  EXPECT_THAT(misfit({"d", 0, {{Tier::edge, {{1, 1}}}, {Tier::cloud, {{2, 2}}}}, {{1, 0}}}),
              HasSubstr("further stages"));
  EXPECT_THAT(misfit({"d", 0, {{Tier::device, {{1, 1}}}}, {{1, 0}}}), HasSubstr("device"));
  EXPECT_THAT(misfit(remote_plan(0, {}, {{1, 0}})), HasSubstr("no units"));
  EXPECT_THAT(misfit(remote_plan(0, {{0, 1}}, {{1, 0}})), HasSubstr("from 1 to 7"));
  EXPECT_THAT(misfit(remote_plan(0, {{1, 8}}, {{1, 0}})), HasSubstr("from 1 to 7"));
  EXPECT_THAT(misfit(remote_plan(0, {{3, 1}}, {{1, 0}})), HasSubstr("ascending"));
  EXPECT_THAT(misfit(remote_plan(0, {{3, 4}, {1, 1}}, {{1, 0}})), HasSubstr("ascending"));
  EXPECT_THAT(misfit(remote_plan(0, {{1, 3}, {3, 4}}, {{1, 0}})), HasSubstr("ascending"));
  EXPECT_THAT(misfit(remote_plan(0, {{1, 1}}, {})), HasSubstr("no output"));
  EXPECT_THAT(misfit(remote_plan(0, {{1, 1}}, {{1, 1}})), HasSubstr("no output 1 of unit 1"));
  EXPECT_THAT(misfit(remote_plan(0, {{1, 1}}, {{99, 0}})), HasSubstr("no output 0 of unit 99"));
  EXPECT_THAT(misfit(remote_plan(0, {{1, 1}}, {{2, 0}})), HasSubstr("not computed"));
  EXPECT_THAT(misfit(remote_plan(0, {{1, 1}}, {{1, 0}, {1, 0}})), HasSubstr("twice"));
  EXPECT_THAT(misfit(remote_plan(0, {{1, 1}, {4, 4}}, {{1, 0}, {4, 0}})),
              HasSubstr("not convex: unit 4"));
  EXPECT_THAT(misfit(remote_plan(0, {{1, 2}}, {{1, 0}})), HasSubstr("unit 2"));
  EXPECT_EQ(misfit(remote_plan(0, {{1, 2}}, {{1, 0}, {2, 0}})), "fits");
}

TEST(EdgePlan, RefusesValuesThatCannotTravel) {
  graph::LayerGraph graph = with_specs(branchy_chain());
  graph.units[3].transmissible = false;
  for (const auto& plan :
       {remote_plan(2, {{4, 4}}, {{4, 0}}), remote_plan(2, {{3, 3}}, {{3, 0}})}) {
    const auto checked = check_plan(graph, plan);
    ASSERT_TRUE(std::holds_alternative<std::string>(checked));
    EXPECT_THAT(std::get<std::string>(checked), HasSubstr("cannot travel"));
  }
}

/// Whether a path leaves the set and comes back, by walking all paths.
bool convex_by_walking(const graph::LayerGraph& graph, const std::vector<bool>& inside) {
  const auto next = graph::consumers(graph);
  for (const graph::Unit& start : graph.units) {
    if (!inside[static_cast<std::size_t>(start.id)]) continue;
    std::vector<std::int32_t> open;
    for (const auto id : next[static_cast<std::size_t>(start.id)]) {
      if (!inside[static_cast<std::size_t>(id)]) open.push_back(id);
    }
    while (!open.empty()) {
      const auto at = open.back();
      open.pop_back();
      for (const auto id : next[static_cast<std::size_t>(at)]) {
        if (inside[static_cast<std::size_t>(id)]) return false;
        open.push_back(id);
      }
    }
  }
  return true;
}

TEST(EdgePlan, AcceptsExactlyTheConvexSets) {
  int convex = 0, other = 0;
  for (std::uint32_t seed = 0; seed < 400; ++seed) {
    const auto graph = with_specs(random_dag(seed, {8, 2, 1, false, false, 100, 100}));
    std::mt19937 random(seed);
    std::vector<std::int32_t> units;
    std::vector<bool> inside(graph.units.size(), false);
    std::vector<transport::WireValue> outputs;
    for (std::int32_t id = 1; id < graph.unit_count(); ++id) {
      if (random() % 2 == 0) continue;
      units.push_back(id);
      inside[static_cast<std::size_t>(id)] = true;
      outputs.push_back({id, 0});
    }
    if (units.empty()) continue;
    const auto checked = check_plan(graph, remote_plan(0, to_ranges(units), outputs));
    const bool expected = convex_by_walking(graph, inside);
    ++(expected ? convex : other);
    EXPECT_EQ(std::holds_alternative<EdgePlan>(checked), expected) << "seed " << seed;
  }
  EXPECT_GT(convex, 50);
  EXPECT_GT(other, 50);
}

TEST(EdgePlan, ChecksThatExactlyItsInputsCome) {
  const graph::LayerGraph graph = with_specs(branchy_chain());
  const auto plan = std::get<EdgePlan>(check_plan(graph, remote_plan(2, {{6, 7}}, {{7, 0}})));
  transport::WireTensor tensor;
  tensor.value = {4, 0};
  tensor.encoded.type = DType::u8;
  tensor.encoded.shape = {1, 100};
  EXPECT_EQ(check_tensors(graph, plan, {tensor}), "");
  EXPECT_THAT(check_tensors(graph, plan, {}), HasSubstr("did not come"));
  EXPECT_THAT(check_tensors(graph, plan, {tensor, tensor}), HasSubstr("twice"));
  tensor.encoded.shape = {1, 101};
  EXPECT_THAT(check_tensors(graph, plan, {tensor}), HasSubstr("u8 {1, 100}, not u8 {1, 101}"));
  tensor.encoded.shape = {1, 100};
  tensor.encoded.type = DType::f32;
  EXPECT_THAT(check_tensors(graph, plan, {tensor}), HasSubstr("not f32"));
  tensor.value = {77, 5};
  EXPECT_THAT(check_tensors(graph, plan, {tensor}), HasSubstr("output 5 of unit 77"));
}

TEST(EdgePlan, PiecesCoverTheUnitsInOrderAndFeedEachOther) {
  for (std::uint32_t seed = 0; seed < 200; ++seed) {
    const auto graph = with_specs(random_dag(seed, {12, 2, 1, false, false, 100, 100}));
    std::vector<transport::WireValue> outputs;
    for (std::int32_t id = 1; id < graph.unit_count(); ++id) outputs.push_back({id, 0});
    const auto plan = std::get<EdgePlan>(check_plan(graph, remote_plan(0, {{1, 11}}, outputs)));
    for (const int pieces : {1, 2, 3, 6}) {
      std::vector<std::int32_t> covered;
      std::vector<graph::ValueId> have = plan.inputs;
      const auto specs = chop(graph, plan, pieces);
      EXPECT_LE(specs.size(), static_cast<std::size_t>(pieces));
      for (const slice::SliceSpec& spec : specs) {
        EXPECT_NO_THROW(slice::check_spec(graph, spec));
        for (const auto& input : slice::inputs_of(graph, spec.units)) {
          EXPECT_TRUE(std::find(have.begin(), have.end(), input) != have.end());
        }
        have.insert(have.end(), spec.outputs.begin(), spec.outputs.end());
        for (const auto id : to_units(spec.units)) covered.push_back(id);
      }
      EXPECT_EQ(to_ranges(covered), plan.units);
      EXPECT_TRUE(std::is_sorted(covered.begin(), covered.end()));
      for (const auto& value : plan.outputs) {
        EXPECT_TRUE(std::find(have.begin(), have.end(), value) != have.end());
      }
    }
  }
}

TEST(EdgePlan, PiecesAreOfAboutEqualCost) {
  graph::LayerGraph graph = with_specs(branchline::testing::narrow_chain());
  for (graph::Unit& unit : graph.units) unit.features.macs = 1'000'000;
  const auto plan = std::get<EdgePlan>(check_plan(graph, remote_plan(0, {{1, 4}}, {{4, 0}})));
  const auto specs = chop(graph, plan, 2);
  ASSERT_EQ(specs.size(), 2u);
  EXPECT_EQ(specs[0].units, (UnitRanges{{1, 2}}));
}

}  // namespace
}  // namespace branchline::runtime
