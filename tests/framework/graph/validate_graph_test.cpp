#include "framework/graph/validate_graph.h"

#include <gmock/gmock.h>

#include <functional>

#include "framework/base/error.h"
#include "tests/support/common_graphs.h"

namespace branchline::graph {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

/// What validate_graph says about a diamond after `spoil`; empty when it accepts it.
std::string complaint(const std::function<void(LayerGraph&)>& spoil) {
  LayerGraph graph = testing::diamond();
  spoil(graph);
  try {
    validate_graph(graph, "a.json");
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(ValidateGraph, AcceptsTheCommonGraphs) {
  for (const LayerGraph& graph :
       {testing::single_unit(), testing::narrow_chain(), testing::diamond(),
        testing::branchy_chain(), testing::residual_block(), testing::dads_counterexample()}) {
    EXPECT_NO_THROW(validate_graph(graph, graph.name)) << graph.name;
  }
}

TEST(ValidateGraph, AcceptsAGraphThatWasNeverProfiled) {
  EXPECT_EQ(complaint([](LayerGraph& graph) {
              graph.tiers.clear();
              for (Unit& unit : graph.units) unit.time.clear();
            }),
            "");
}

TEST(ValidateGraph, NamesFileUnitAndFix) {
  EXPECT_THAT(complaint([](LayerGraph& graph) {
                graph.units[2].inputs = {{3, 0}};
              }),
              AllOf(HasSubstr("a.json"), HasSubstr("unit 2 'unit2' reads unit 3"),
                    HasSubstr("topological order")));
}

TEST(ValidateGraph, RefusesBrokenStructure) {
  EXPECT_THAT(complaint([](LayerGraph& graph) { graph.units.clear(); }), HasSubstr("no units"));
  EXPECT_THAT(complaint([](LayerGraph& graph) { graph.exits.clear(); }), HasSubstr("no exits"));
  EXPECT_THAT(complaint([](LayerGraph& graph) { graph.units[2].id = 5; }),
              HasSubstr("stands at place 2"));
  EXPECT_THAT(complaint([](LayerGraph& graph) {
                graph.units[0].inputs = {{0, 0}};
              }),
              HasSubstr("has inputs"));
  EXPECT_THAT(complaint([](LayerGraph& graph) { graph.units[2].inputs.clear(); }),
              HasSubstr("has no inputs"));
  EXPECT_THAT(complaint([](LayerGraph& graph) {
                graph.units[2].inputs = {{2, 0}};
              }),
              HasSubstr("reads unit 2"));
  EXPECT_THAT(complaint([](LayerGraph& graph) {
                graph.units[2].inputs = {{-1, 0}};
              }),
              HasSubstr("reads unit -1"));
}

TEST(ValidateGraph, RefusesValuesThatAreNotThere) {
  EXPECT_THAT(complaint([](LayerGraph& graph) {
                graph.units[0].outputs = {TensorSpec{}};
                graph.units[2].inputs = {{0, 1}};
              }),
              HasSubstr("reads output 1 of unit 0"));
  EXPECT_THAT(complaint([](LayerGraph& graph) {
                graph.units[2].inputs = {{0, -1}};
              }),
              HasSubstr("reads output -1"));
  EXPECT_THAT(complaint([](LayerGraph& graph) {
                graph.exits[0].value = {4, 0};
              }),
              HasSubstr("exit 'exit1' is unit 4"));
}

TEST(ValidateGraph, RefusesImpossibleCodecs) {
  const CodecOption good{
      "fp16", 50, {Nanoseconds(1), std::nullopt}, {Nanoseconds(1), Nanoseconds(0)}, 0.01};
  const auto complaint_about = [&good](const std::function<void(CodecOption&)>& spoil) {
    return complaint([&](LayerGraph& graph) {
      CodecOption codec = good;
      spoil(codec);
      graph.units[1].codecs = {codec};
    });
  };
  EXPECT_EQ(complaint_about([](CodecOption& codec) { codec.name = "int8"; }), "");
  EXPECT_THAT(complaint([&good](LayerGraph& graph) {
                graph.units[1].codecs = {good, good};
              }),
              HasSubstr("codec 'fp16' is listed twice"));
  EXPECT_THAT(complaint_about([](CodecOption& codec) { codec.name = "raw"; }),
              HasSubstr("raw is always there"));
  EXPECT_THAT(complaint_about([](CodecOption& codec) { codec.bytes = -1; }), HasSubstr("bytes -1"));
  EXPECT_THAT(complaint_about([](CodecOption& codec) { codec.accuracy_loss = -0.01; }),
              HasSubstr("write 0 where a gain was measured"));
  EXPECT_THAT(complaint_about([](CodecOption& codec) { codec.decode.pop_back(); }),
              HasSubstr("decode_ns has 1 times"));
  EXPECT_THAT(complaint_about([](CodecOption& codec) { codec.encode[0] = Nanoseconds(-3); }),
              HasSubstr("encode_ns has -3 ns"));
}

TEST(ValidateGraph, RefusesImpossibleNumbers) {
  EXPECT_THAT(complaint([](LayerGraph& graph) { graph.units[1].output_bytes = -1; }),
              HasSubstr("output_bytes -1"));
  EXPECT_THAT(complaint([](LayerGraph& graph) { graph.units[1].time[1] = Nanoseconds(-5); }),
              HasSubstr("takes -5 ns"));
  EXPECT_THAT(complaint([](LayerGraph& graph) { graph.units[1].time.pop_back(); }),
              HasSubstr("has 1 times for 2 tiers"));
  EXPECT_THAT(complaint([](LayerGraph& graph) { graph.units[0].time[0] = std::nullopt; }),
              HasSubstr("cannot run on the device"));
  EXPECT_THAT(complaint([](LayerGraph& graph) { graph.exits[0].accuracy = 71; }),
              HasSubstr("accuracy 71"));
  EXPECT_THAT(complaint([](LayerGraph& graph) {
                graph.units[1].outputs = {{DType::f32, {1, -3}}};
              }),
              HasSubstr("dimension -3"));
  EXPECT_THAT(complaint([](LayerGraph& graph) {
                graph.units[1].outputs = {{DType::f32, {std::int64_t{1} << 32, 1 << 29}}};
              }),
              HasSubstr("more bytes than fit in 64 bits"));
  EXPECT_THAT(complaint([](LayerGraph& graph) {
                graph.tiers = {Tier::edge, Tier::device};
              }),
              HasSubstr("tier 'edge' stands at place 0"));
}

}  // namespace
}  // namespace branchline::graph
