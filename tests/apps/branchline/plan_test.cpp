/// `branchline plan` end to end: the verb through CLI::App, from a file to what it prints.
#include <gmock/gmock.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "apps/branchline/verbs/plan_graph.h"
#include "framework/base/error.h"
#include "tests/support/common_graphs.h"
#include "tests/support/verb_runner.h"

namespace branchline::apps {

/// Stands in for plan_graph.cpp, which needs LibTorch.
graph::LayerGraph profiled_graph(const std::string& model_file, const std::string& profile_file,
                                 const std::vector<Shape>& input_shapes,
                                 const std::string& codec_file) {
  graph::LayerGraph graph = testing::narrow_chain();
  if (codec_file == "c.json") graph.units[0].codecs = {{"int8+zstd", 1, {}, {}, 0}};
  for (graph::CodecOption& codec : graph.units[0].codecs) {
    codec.encode = codec.decode = {graph::Nanoseconds(0), graph::Nanoseconds(0)};
  }
  if (model_file != "m.pt" || profile_file != "p.json") graph.units.clear();
  if (input_shapes == std::vector<Shape>{{1, 3, 8, 8}}) graph.units[0].output_bytes = 192;
  return graph;
}

namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string kGraph =
    std::string("--graph ") + BRANCHLINE_SOURCE_DIR + "/docs/examples/branchy_graph.json ";
const std::string kThreeTiers =
    std::string("--graph ") + BRANCHLINE_SOURCE_DIR + "/docs/examples/three_tier_graph.json ";

std::string plan_output(const std::string& arguments) {
  return testing::verb_output(add_plan, "plan " + arguments);
}

nlohmann::json plan_json(const std::string& arguments) {
  return nlohmann::json::parse(plan_output(arguments + " --json"));
}

std::string complaint(const std::string& arguments) {
  try {
    plan_output(arguments);
  } catch (const InputError& error) {
    EXPECT_EQ(error.kind(), InputKind::usage);
    return error.what();
  } catch (const CLI::ParseError& error) {
    return error.what();
  }
  return "";
}

TEST(PlanVerb, AnswersInThePlanSchema) {
  const nlohmann::json json = plan_json(kGraph + "--uplink 1mbit --deadline 100ms");
  EXPECT_EQ(json["schema"], "branchline.plan/1");
  EXPECT_EQ(json["exit"], 2);
  EXPECT_EQ(
      json["tier"].dump(),
      R"({"0":"device","1":"device","2":"device","3":"device","5":"edge","6":"edge","7":"edge"})");
  EXPECT_EQ(json["predicted_ns"], 89027035);
  EXPECT_EQ(json["uplink_bytes"], 2048);
  EXPECT_EQ(json["downlink_bytes"], 40);
  EXPECT_EQ(json["breakdown_ns"].dump(),
            R"({"device":70176645,"downlink":320000,"edge":2146390,"uplink":16384000})");
  EXPECT_TRUE(json["feasible"].get<bool>());
  EXPECT_GT(json["solver_ns"].get<std::int64_t>(), 0);
}

TEST(PlanVerb, ExitsCountFromOne) {
  EXPECT_EQ(plan_json(kGraph + "--uplink 1mbit --exit 1")["exit"], 1);
  EXPECT_THAT(complaint(kGraph + "--uplink 1mbit --exit 3"), HasSubstr("exits are 1 to 2"));
  EXPECT_THAT(complaint(kGraph + "--uplink 1mbit --exit 0"), HasSubstr("--exit"));
}

TEST(PlanVerb, AMissedDeadlineIsAnAnswerNotAnError) {
  const nlohmann::json json = plan_json(kGraph + "--uplink 1mbit --deadline 1ms");
  EXPECT_FALSE(json["feasible"].get<bool>());
  EXPECT_EQ(json["exit"], 1);
}

TEST(PlanVerb, TheDownlinkIsTheUplinkUnlessGiven) {
  const std::string edge_only = kGraph + "--algorithm edge-only --uplink 1mbit";
  EXPECT_EQ(plan_json(edge_only)["breakdown_ns"]["downlink"], 320000);
  EXPECT_EQ(plan_json(edge_only + " --downlink 4mbit")["breakdown_ns"]["downlink"], 80000);
  EXPECT_EQ(plan_json(edge_only + " --rtt 10ms")["breakdown_ns"]["downlink"], 5320000);
  EXPECT_EQ(plan_json(edge_only + " --result-bytes 0B")["downlink_bytes"], 0);
  EXPECT_EQ(plan_json(edge_only + " --edge-queue 1ms")["predicted_ns"],
            plan_json(edge_only)["predicted_ns"].get<std::int64_t>() + 1000000);
}

TEST(PlanVerb, ThreeTiersNeedTheSecondLink) {
  const std::string brute = kThreeTiers + "--algorithm brute --uplink 8mbit --rtt 5ms ";
  EXPECT_THAT(complaint(brute), HasSubstr("--uplink2: it is missing"));
  const nlohmann::json json = plan_json(brute + "--uplink2 100mbit --rtt2 10ms");
  EXPECT_EQ(json["tier"]["4"], "cloud");
  EXPECT_EQ(json["uplink2_bytes"], 12000);
  EXPECT_EQ(json["breakdown_ns"]["cloud"], 1800000);
  const std::string two_links = kThreeTiers + "--uplink 8mbit --uplink2 100mbit ";
  EXPECT_EQ(plan_output(two_links).find("places units"), std::string::npos);  // exact3 by default
  EXPECT_THAT(complaint(two_links + "--algorithm qdmp"), HasSubstr("places units on two"));
}

TEST(PlanVerb, PrintsForPeople) {
  const std::string text = plan_output(kGraph + "--uplink 1mbit --deadline 100ms");
  EXPECT_THAT(text, StartsWith("exit 2 of 2, split, predicted 89 ms, meets the deadline of 100 ms\n"
                               "  device     70.2 ms   units 0-3\n"
                               "  uplink     16.4 ms   2.05 kB\n"
                               "  edge       2.15 ms   units 5-7\n"
                               "  downlink   320 µs    40 B\n"
                               "solved by qdmp in "));
  EXPECT_THAT(plan_output(kGraph + "--uplink 1mbit --deadline 1ms"), HasSubstr("MISSES"));
}

TEST(PlanVerb, ExplainsWhatBindsAndWhatWouldHelp) {
  const std::string text = plan_output(kGraph + "--uplink 1mbit --deadline 80ms --explain");
  EXPECT_THAT(text, HasSubstr("  2     78 %      split   89 ms     no       device (79 %)"));
  EXPECT_THAT(text, HasSubstr("to reach exit 2 in 80 ms, any one of\n  a faster device"));
  EXPECT_THAT(text, HasSubstr("a deadline of 89 ms"));
  EXPECT_THAT(plan_output(kGraph + "--uplink 1mbit --deadline 1s --explain"),
              HasSubstr("nothing deeper is left to reach"));
  const nlohmann::json json = plan_json(kGraph + "--uplink 1mbit --deadline 80ms --explain");
  EXPECT_EQ(json["exits"][1]["dominant"], "device");
  EXPECT_EQ(json["goal"].dump(), R"({"exit":2,"within_ns":80000000})");
  EXPECT_EQ(json["changes"][0]["knob"], "device_speed");
}

TEST(PlanVerb, MapsEveryUplink) {
  const nlohmann::json json = plan_json(kGraph + "--map --downlink 1mbit");
  EXPECT_EQ(json["schema"], "branchline.planmap/1");
  ASSERT_EQ(json["exits"].size(), 2U);
  const nlohmann::json& envelope = json["exits"][1]["envelope"];
  // Home 125.842 ms; behind unit 3 70.177 + 2.146 + 0.320 ms and 2048 B: they meet at 38.3 kB/s.
  EXPECT_EQ(envelope[0]["fixed_ns"], 125842365);
  EXPECT_NEAR(envelope[1]["from_bytes_per_s"].get<double>(), 2048 / 0.053199245, 1);
  EXPECT_EQ(envelope[1]["tier"]["3"], "device");
  EXPECT_EQ(envelope[1]["tier"]["5"], "edge");
  EXPECT_EQ(json["exits"][1]["plans"][0]["edge_ns"], 0);
  EXPECT_EQ(plan_json(kGraph + "--map --uplink 1mbit --exit 2")["exits"][0], json["exits"][1]);
  const std::string text = plan_output(kGraph + "--map --downlink 1mbit --exit 2");
  EXPECT_THAT(text, StartsWith("exit 2 of 2: 3 plans can be the fastest\n"));
  EXPECT_THAT(text, HasSubstr("308 kbit/s    70.2 ms    2.15 ms    2.05 kB    5-7\n"));
}

TEST(PlanVerb, AMapTellsPlansApartThatDifferInCodecsOnly) {
  const std::string text = plan_output(std::string("--graph ") + BRANCHLINE_SOURCE_DIR +
                                       "/docs/examples/codec_graph.json --downlink 8mbit --map");
  EXPECT_THAT(text, HasSubstr("4.58 Mbit/s   25 ms      20.4 ms    100 kB     2, unit 1 as q8\n"));
  EXPECT_THAT(text,
              HasSubstr("  -             22 ms      20.2 ms    200 kB     2, unit 1 as fp16\n"));
}

TEST(PlanVerb, AMapNeedsTwoTiersAWayBackAndAnExit) {
  EXPECT_THAT(complaint(kGraph + "--map"), HasSubstr("--downlink: it is missing"));
  EXPECT_THAT(complaint(kThreeTiers + "--map --downlink 1mbit --uplink2 1mbit"),
              HasSubstr("times for 3 tiers"));
  EXPECT_THAT(complaint(kGraph + "--map --downlink 1mbit --exit 3"), HasSubstr("exits are 1 to 2"));
}

TEST(PlanVerb, KeepsPinnedUnitsOnTheDevice) {
  const std::string far = kGraph + "--exit 2 --uplink 100mbit ";
  EXPECT_EQ(plan_json(far)["tier"]["1"], "edge");
  const nlohmann::json pinned = plan_json(far + "--pin-device 1-2,5");
  EXPECT_EQ(pinned["tier"]["1"], "device");
  EXPECT_EQ(pinned["tier"]["5"], "device");
  EXPECT_EQ(pinned["tier"]["6"], "edge");
  for (const char* units : {"99", "x", "3-1", "-1", "1--2"}) {
    EXPECT_THAT(complaint(far + "--pin-device=" + units), HasSubstr("--pin-device")) << units;
  }
}

TEST(PlanVerb, PlansSeveralJobs) {
  const std::string jobs = kGraph + "--exit 2 --uplink 1mbit --jobs 4 ";
  const nlohmann::json json = plan_json(jobs);
  EXPECT_EQ(json["schema"], "branchline.jobs/1");
  EXPECT_EQ(json["jobs"].size(), 4U);
  EXPECT_LT(json["makespan_ns"].get<std::int64_t>(), 4 * 89027035LL);
  EXPECT_THAT(plan_output(jobs), StartsWith("exit 2 of 2, 4 jobs, the last answer after "));
  EXPECT_THAT(complaint(kGraph + "--uplink 1mbit --jobs 0"), HasSubstr("--jobs"));
  EXPECT_THAT(complaint(kThreeTiers + "--uplink 8mbit --uplink2 1mbit --jobs 2"),
              HasSubstr("three tiers"));
}

TEST(PlanVerb, TakesTheDirectLinkWhereItIsCheaper) {
  const std::string relayed = kThreeTiers + "--uplink 8mbit --uplink2 100mbit ";
  const std::int64_t by_relay = plan_json(relayed)["predicted_ns"];
  const nlohmann::json direct = plan_json(relayed + "--uplink-direct 1gbit");
  EXPECT_LT(direct["predicted_ns"].get<std::int64_t>(), by_relay);
  EXPECT_GT(direct["direct_uplink_bytes"].get<std::int64_t>(), 0);
  EXPECT_THAT(complaint(relayed + "--rtt-direct 1ms"), HasSubstr("--uplink-direct: it is missing"));
  EXPECT_THAT(complaint(kGraph + "--uplink 1mbit --uplink-direct 1mbit"),
              HasSubstr("there is no cloud"));
}

TEST(PlanVerb, KeepsACapOnBytes) {
  const std::string far = kGraph + "--exit 2 --uplink 4mbit ";
  EXPECT_EQ(plan_json(far)["uplink_bytes"], 12288);
  const nlohmann::json capped = plan_json(far + "--max-uplink 10kB");
  EXPECT_EQ(capped["uplink_bytes"], 2048);
  EXPECT_GT(capped["predicted_ns"], plan_json(far)["predicted_ns"]);
  EXPECT_THAT(complaint(far + "--max-uplink 10kB --algorithm neurosurgeon"),
              HasSubstr("neurosurgeon"));
  EXPECT_THAT(complaint(far + "--max-accuracy-loss 2"), HasSubstr("--max-accuracy-loss"));
}

TEST(PlanVerb, SaysTheOrderOfAScheduledPlan) {
  const std::string pipeline = kGraph + "--exit 2 --uplink 1mbit --algorithm pipeline-dag ";
  EXPECT_EQ(plan_json(pipeline)["order"].dump(), "[0,1,2,3,5,6,7]");
  EXPECT_THAT(plan_output(pipeline), HasSubstr("  order      0-3,5-7: outputs go while"));
}

TEST(PlanVerb, DrawsTheCut) {
  const std::string dot = plan_output(kGraph + "--uplink 1mbit --exit 2 --dot");
  EXPECT_THAT(dot, HasSubstr("u3 -> u5 [color=red, fontcolor=red, penwidth=2, label=\"2048 B\"];"));
  EXPECT_THAT(dot, HasSubstr("  u0 -> u1;"));
  EXPECT_THAT(dot, HasSubstr("device, 2048 B"));
  EXPECT_THAT(dot, HasSubstr("fillcolor=\"#ffffff\", style=dashed"));  // exit 1's head
}

TEST(PlanVerb, ListsTheAlgorithmsWithoutAGraph) {
  EXPECT_THAT(plan_output("--list"), HasSubstr("\nneurosurgeon "));
  EXPECT_EQ(plan_json("--list")["planners"][0]["name"], "device-only");
}

TEST(PlanVerb, TakesAModelWithItsProfileInsteadOfAGraph) {
  const std::string model = "--model m.pt --profile p.json --uplink 1gbit ";
  EXPECT_EQ(plan_json(model + "--algorithm edge-only")["uplink_bytes"], 1000);
  EXPECT_EQ(plan_json(model + "--algorithm edge-only --input 1,3,8,8")["uplink_bytes"], 192);
  EXPECT_THAT(complaint("--model m.pt --uplink 1gbit"), HasSubstr("--profile"));
  EXPECT_THAT(complaint("--profile p.json --uplink 1gbit"), HasSubstr("--model"));
  EXPECT_THAT(complaint(kGraph + model), HasSubstr("--graph"));
}

TEST(PlanVerb, NamesWhatIsWrongWithItsInput) {
  EXPECT_THAT(complaint(""), HasSubstr("--graph: no graph is given"));
  EXPECT_THAT(complaint("--graph nowhere.json --uplink 1mbit"),
              HasSubstr("nowhere.json: it cannot be read"));
  EXPECT_THAT(complaint(std::string("--graph ") + BRANCHLINE_SOURCE_DIR + " --uplink 1mbit"),
              HasSubstr("it cannot be read"));
  EXPECT_THAT(complaint(kGraph), HasSubstr("--uplink: it is missing"));
  EXPECT_THAT(complaint(kGraph + "--uplink 2"), HasSubstr("'2' has no unit"));
  EXPECT_THAT(complaint(kGraph + "--uplink 1mbit --algorithm magic"), HasSubstr("'magic'"));
}

TEST(PlanVerb, HelpEndsWithAnExample) {
  CLI::App app;
  const Verb verb = add_plan(app);
  EXPECT_THAT(verb.command->help(), HasSubstr("Example:\n  branchline plan --graph"));
}

}  // namespace
}  // namespace branchline::apps
