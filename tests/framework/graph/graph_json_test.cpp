#include "framework/graph/graph_json.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "framework/base/error.h"
#include "tests/support/common_graphs.h"

namespace branchline::graph {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr const char* kHandWritten = R"({
  "schema": "branchline.graph/1",
  "tiers": ["device", "edge"],
  "units": [
    {"id": 0, "name": "input", "time_ns": [0, 0], "output_bytes": 602112, "inputs": []},
    {"id": 1, "name": "conv", "time_ns": [5e6, null], "output_bytes": 1000, "inputs": [0], "note": 1},
    {"id": 2, "name": "sum", "time_ns": [40, 4], "output_bytes": 40, "inputs": [1, 1, [1, 1]]}],
  "exits": [{"name": "exit1", "unit": 1}, {"name": "exit2", "unit": 2, "accuracy": 0.71}]})";

/// What graph_from_json says about kHandWritten with `was` replaced; empty when it accepts it.
std::string complaint(const std::string& was, const std::string& is) {
  std::string text = kHandWritten;
  const std::size_t place = text.find(was);
  EXPECT_NE(place, std::string::npos) << was;
  text.replace(place, was.size(), is);
  try {
    graph_from_json(text, "g.json");
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

LayerGraph everything_set() {
  LayerGraph graph = testing::branchy_chain();
  graph.name = "every \"field\"";
  graph.digest = "00ff";
  graph.batchable = true;
  graph.units[1].type = "conv";
  graph.units[1].outputs = {{DType::f32, {1, 8, 4, 4}}, {DType::u8, {}}};
  graph.units[1].features = {600, 400, 72, 9216, 2.25};
  graph.units[1].transmissible = false;
  graph.units[1].time[1] = std::nullopt;
  graph.units[3].inputs = {{1, 1}, {0, 0}};
  graph.units[3].codecs = {
      {"fp16", 100, {Nanoseconds(5), std::nullopt}, {Nanoseconds(4), Nanoseconds(1)}, 0.001},
      {"int8", 50, {Nanoseconds(9), Nanoseconds(2)}, {std::nullopt, Nanoseconds(2)}, 0}};
  graph.exits[1].accuracy = std::nullopt;
  graph.exits[0].value = {1, 1};
  return graph;
}

TEST(GraphJson, ReadsAHandWrittenGraph) {
  const LayerGraph graph = graph_from_json(kHandWritten, "g.json");
  ASSERT_EQ(graph.unit_count(), 3);
  EXPECT_EQ(graph.tiers, (std::vector<Tier>{Tier::device, Tier::edge}));
  EXPECT_EQ(graph.units[1].time[0], Nanoseconds(5000000));
  EXPECT_EQ(graph.units[1].time[1], std::nullopt);
  EXPECT_EQ(graph.units[2].inputs, (std::vector<ValueId>{{1, 0}, {1, 1}}));
  EXPECT_TRUE(graph.units[2].transmissible);
  EXPECT_EQ(graph.exits[0].accuracy, std::nullopt);
  EXPECT_EQ(graph.exits[1], (ExitPoint{"exit2", {2, 0}, 0.71}));
}

TEST(GraphJson, TakesTheTiersFromTheTimesWhenTheyAreLeftOut) {
  const std::string text = R"({"schema": "branchline.graph/1",
    "units": [{"id": 0, "time_ns": [0, 0, 0], "output_bytes": 1, "inputs": []}],
    "exits": [{"unit": 0}]})";
  const LayerGraph graph = graph_from_json(text, "g.json");
  EXPECT_EQ(graph.tiers, (std::vector<Tier>{Tier::device, Tier::edge, Tier::cloud}));
  EXPECT_EQ(graph.units[0].name, "unit0");
  EXPECT_EQ(graph.exits[0].name, "exit1");
}

TEST(GraphJson, RoundTripsEveryField) {
  const LayerGraph graph = everything_set();
  EXPECT_EQ(graph_from_json(to_json(graph), "memory"), graph);
}

TEST(GraphJson, RoundTripsRandomGraphs) {
  for (std::uint32_t seed = 0; seed < 50; ++seed) {
    testing::RandomShape shape;
    shape.tiers = seed % 2 == 0 ? 2 : 3;
    shape.exits = 2;
    const LayerGraph graph = testing::random_dag(seed, shape);
    EXPECT_EQ(graph_from_json(to_json(graph), "memory"), graph) << seed;
  }
}

TEST(GraphJson, WritesTheSchemaOthersRead) {
  const nlohmann::json json = nlohmann::json::parse(to_json(everything_set()));
  EXPECT_EQ(json["schema"], "branchline.graph/1");
  EXPECT_EQ(json["tiers"], nlohmann::json({"device", "edge"}));
  EXPECT_EQ(json["units"][1]["time_ns"].dump(), "[1000,null]");
  EXPECT_EQ(json["units"][3]["inputs"].dump(), "[[1,1],0]");
  EXPECT_EQ(json["exits"][0].dump(),
            R"({"accuracy":0.6,"cut_vertices":[0,1],"head":[],"index":1,"name":"exit1","unit":1})");
  EXPECT_EQ(json["exits"][2]["head"].dump(), "[6,7]");
  EXPECT_FALSE(json["units"][2].contains("transmissible"));
}

TEST(GraphJson, ReadsCodecs) {
  EXPECT_EQ(complaint("\"inputs\": [0]", R"("inputs": [0], "codecs": [
      {"name": "fp16", "bytes": 500, "encode_ns": [7, 1], "decode_ns": [6, null]}])"),
            "");
  EXPECT_THAT(complaint("\"inputs\": [0]", R"("inputs": [0], "codecs": [{"name": "fp16"}])"),
              AllOf(HasSubstr("units[1]: a codec"), HasSubstr("\"bytes\"")));
  EXPECT_THAT(complaint("\"inputs\": [0]", R"("inputs": [0], "codecs": [
      {"name": "fp16", "bytes": 500, "encode_ns": [7], "decode_ns": [6, null]}])"),
              HasSubstr("codec 'fp16': encode_ns has 1 times for 2 tiers"));
}

TEST(GraphJson, NamesTheFileAndTheField) {
  EXPECT_THAT(complaint(R"("output_bytes": 1000)", R"("output_bytes": "1 kB")"),
              AllOf(HasSubstr("g.json"), HasSubstr("units[1]: \"output_bytes\" is \"1 kB\"")));
  EXPECT_THAT(complaint(R"("output_bytes": 1000, )", ""),
              HasSubstr("units[1] has no field \"output_bytes\""));
  EXPECT_THAT(complaint("graph/1", "graph/2"), HasSubstr("branchline.graph/2"));
  EXPECT_THAT(complaint("\"edge\"", "\"fog\""), HasSubstr("unknown tier 'fog'"));
  EXPECT_THAT(complaint("5e6", "0.5"), HasSubstr("whole number"));
  EXPECT_THAT(complaint("5e6", "1e30"), HasSubstr("64 bits"));
  EXPECT_THAT(complaint("5e6", "9223372036854775808"), HasSubstr("64 bits"));
  EXPECT_THAT(complaint("\"inputs\": [0]", "\"inputs\": [[0, 0, 0]]"), HasSubstr("[unit, output]"));
  EXPECT_THAT(complaint("\"inputs\": [0]", "\"inputs\": [2]"), HasSubstr("topological order"));
  EXPECT_THAT(complaint("\"inputs\": [0]", "\"inputs\": [4294967296]"), HasSubstr("32 bits"));
  EXPECT_THAT(complaint("\"unit\": 2", "\"unit\": 9"), HasSubstr("exit 'exit2' is unit 9"));
  EXPECT_THAT(complaint("0.71", "\"good\""), HasSubstr("\"accuracy\" is no number"));
  EXPECT_THAT(complaint("\"exits\"", "\"exit\""), HasSubstr("no field \"exits\""));
  EXPECT_EQ(complaint("5e6", "9223372036854775807"), "");
}

TEST(GraphJson, QuotesTheBeginningOfWhatIsLong) {
  const std::string text(100'000, 'x');
  for (const std::string& complained :
       {complaint("branchline.graph/1", text), complaint("\"edge\"", '"' + text + '"'),
        complaint("1000,", '"' + text + "\","),
        complaint("\"conv\", \"time_ns\": [5e6,", '"' + text + "\", \"time_ns\": [-1,"),
        complaint("\"exit2\", \"unit\": 2", '"' + text + "\", \"unit\": 9"),
        complaint("\"tiers\"", '"' + text + '\n')}) {
    EXPECT_THAT(complained, HasSubstr("…"));
    EXPECT_LT(complained.size(), 500u);
  }
}

TEST(GraphJson, RefusesDeepNestingEvenInFieldsItIgnores) {
  const auto nested = [](std::size_t depth) {
    return "\"note\": " + std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_EQ(complaint("\"note\": 1", nested(50)), "");
  EXPECT_EQ(complaint("\"note\": 1", "\"note\": \"\\\"" + std::string(100, '[') + '"'), "")
      << "a text";
  for (const std::size_t depth : {70, 100'000}) {
    EXPECT_THAT(complaint("\"note\": 1", nested(depth)), HasSubstr("deeper than 64 levels"));
    EXPECT_THAT(complaint("\"output_bytes\": 1000", nested(depth)), HasSubstr("deeper than 64"));
  }
}

TEST(GraphJson, RefusesWhatIsNoJson) {
  EXPECT_THROW(graph_from_json("", "g.json"), InputError);
  EXPECT_THROW(graph_from_json("[1]", "g.json"), InputError);
  EXPECT_THROW(graph_from_json("{", "g.json"), InputError);
  EXPECT_THROW(graph_from_json(R"({"schema":"branchline.graph/1","units":{},"exits":[]})", "g"),
               InputError);
  EXPECT_THROW(graph_from_json(R"({"schema":"branchline.graph/1","units":[3],"exits":[]})", "g"),
               InputError);
}

TEST(GraphJson, NeverCrashesOnATruncatedFile) {
  const std::string text = to_json(everything_set());
  for (std::size_t length = 0; length + 2 < text.size(); ++length) {
    EXPECT_THROW(graph_from_json(text.substr(0, length), "g.json"), InputError) << length;
  }
}

TEST(GraphDot, DrawsUnitsEdgesHeadsAndExits) {
  const std::string dot = to_dot(everything_set());
  EXPECT_THAT(dot, HasSubstr("digraph \"every \\\"field\\\"\""));
  EXPECT_THAT(dot, HasSubstr("u1 -> u3;"));
  EXPECT_THAT(dot, HasSubstr("subgraph cluster_exit2 { label=\"head of exit3\"; u6; u7; }"));
  EXPECT_THAT(dot, HasSubstr("u7 -> e2;"));
  EXPECT_THAT(dot, HasSubstr("doublecircle"));
  EXPECT_THAT(dot, HasSubstr("penwidth=3"));
}

}  // namespace
}  // namespace branchline::graph
