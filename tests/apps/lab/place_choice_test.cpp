#include "apps/lab/place_choice.h"

#include <gtest/gtest.h>

#include "apps/lab/demo_play.h"

namespace branchline::lab {
namespace {

using namespace std::chrono_literals;
using graph::LayerGraph;
using graph::Unit;

Unit unit(std::int32_t id, std::int64_t bytes, Duration device, Duration edge) {
  Unit made;
  made.id = id;
  made.name = "u" + std::to_string(id);
  made.type = id == 0 ? "input" : "conv";
  made.output_bytes = bytes;
  if (id > 0) made.inputs = {{id - 1, 0}};
  made.outputs.resize(1);
  made.time = {device, edge};
  return made;
}

/// input 10 kB -> narrow 1 kB (30 ms | 3 ms) -> deep 40 B (120 ms | 12 ms); one exit.
LayerGraph bottleneck_graph() {
  LayerGraph graph;
  graph.tiers = {Tier::device, Tier::edge};
  graph.units = {unit(0, 10'000, 0ms, 0ms), unit(1, 1'000, 30ms, 3ms), unit(2, 40, 120ms, 12ms)};
  graph.exits.resize(1);
  graph.exits[0].name = "exit1";
  graph.exits[0].value = {2, 0};
  return graph;
}

/// bottleneck_graph with another exit behind unit 1: 30 and 150 ms on the device.
LayerGraph two_exit_graph() {
  LayerGraph graph = bottleneck_graph();
  graph.exits.insert(graph.exits.begin(), graph.exits[0]);
  graph.exits[0].value = {1, 0};
  return graph;
}

TEST(PlayedSpeed, FitsTheDeviceToItsFirstAndDeepestExit) {
  const LayerGraph graph = at_played_speed(two_exit_graph(), {80ms, 320ms}, {});
  EXPECT_EQ(graph.units[1].time[0], Duration(80ms)) << "30 ms twice, and 20 that every frame costs";
  EXPECT_EQ(graph.units[2].time[0], Duration(240ms));
  EXPECT_EQ(graph.units[2].time[1], Duration(12ms)) << "nothing ran on the edge";
}

TEST(PlayedSpeed, KeepsTheDeepestExitWhenTheFirstLeavesNothingForAConstant) {
  const LayerGraph graph = at_played_speed(two_exit_graph(), {20ms, 300ms}, {});
  EXPECT_EQ(graph.units[1].time[0], Duration(60ms));
  EXPECT_EQ(graph.units[2].time[0], Duration(240ms));
}

TEST(PlayedSpeed, ScalesTheEdgeByTheMedianOfItsPlannedAnswers) {
  FrameRecord on_edge;
  on_edge.outcome = Outcome::ok;
  on_edge.exit = on_edge.planned_exit = 1;
  on_edge.place = Place::edge;
  std::vector<FrameRecord> records;
  for (const Duration took : {29ms, 30ms, 90ms}) {  // predicted: 15 ms
    on_edge.timing.edge = took;
    records.push_back(on_edge);
  }
  on_edge.timing.edge = 1ms;
  on_edge.insured = true;  // not the edge's answer
  records.insert(records.end(), 3, on_edge);
  const LayerGraph graph = at_played_speed(bottleneck_graph(), {}, records);
  EXPECT_EQ(graph.units[2].time[1], Duration(24ms));
  EXPECT_EQ(graph.units[2].time[0], Duration(120ms));
}

TEST(PlaceOptions, AFastLinkFitsTheEdgeASlowOneTheSplitNoneTheDevice) {
  const LayerGraph graph = bottleneck_graph();
  const auto fast = options_at(graph, planner::LinkSpeed{1e6, 1e6, 0ms}, 98ms);
  EXPECT_EQ(fast[2].exit, 1);
  EXPECT_LT(fast[2].predicted, fast[1].predicted);
  const auto slow = options_at(graph, planner::LinkSpeed{5e4, 5e4, 0ms}, 98ms);
  EXPECT_EQ(slow[0].exit, 0);
  EXPECT_EQ(slow[1].exit, 1);  // 30 + 1 kB in 20 ms + 12
  EXPECT_NEAR(static_cast<double>(slow[1].predicted.count()), 62.8e6, 1e6);
  EXPECT_EQ(slow[2].exit, 0);  // 10 kB in 200 ms
  const auto none = options_at(graph, std::nullopt, 98ms);
  EXPECT_TRUE(none[0].possible);
  EXPECT_FALSE(none[1].possible);
  EXPECT_FALSE(none[2].possible);
}

TEST(DemoScript, TheLinkFollowsTheActs) {
  const DemoScript script = full_script();
  transport::LinkProfile trace;
  trace.uplink = {{{0ms, 100}, {20s, 200}, {40s, 300}}, 60s};
  trace.downlink = {{{0ms, 300}, {20s, 600}, {40s, 900}}, 60s};
  const transport::LinkProfile link = link_of(script, trace);
  for (const transport::RateTrace& played : {link.uplink, link.downlink}) {
    ASSERT_EQ(played.steps.size(), 4u);  // good, two of the trace, good again
    EXPECT_EQ(played.steps[1].at, script.good);
    EXPECT_EQ(played.steps[2].at, script.good + 20s);
    EXPECT_EQ(played.steps[3].at, script.good + script.trace);
    EXPECT_EQ(played.steps[3].bytes_per_s, played.steps[0].bytes_per_s);
    EXPECT_EQ(played.period, 0ms);
  }
  EXPECT_EQ(link.uplink.steps[3].bytes_per_s, script.good_uplink_bytes_per_s);
  EXPECT_EQ(link.downlink.steps[1].bytes_per_s, 300);
  EXPECT_LE(2 * script.length(), 150s);  // the play and its baselines, within three minutes
}

}  // namespace
}  // namespace branchline::lab
