#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/apps/programs/programs.h"
#include "tests/branchy_models/temporary_folder.h"

namespace branchline::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::string kAlexnet = BRANCHLINE_SOURCE_DIR "/apps/lab/graphs/alexnet.json";

TEST(ExperimentProgram, ComparesPlannersOnAGraphAndOnAShippedModel) {
  const Finished done =
      branchline({"experiment", "planners", "--graph", kAlexnet, "--graph",
                  shipped("b_lenet-fashion.pt"), "--uplink", "1mbit", "--ratio", "25", "--json"});
  ASSERT_EQ(done.code, 0) << done.err;
  const auto json = nlohmann::json::parse(done.out);
  EXPECT_EQ(json["schema"], "branchline.planners_experiment/1");
  int optimal = 0;
  for (const auto& row : json["rows"]) {
    const bool exact = row["algorithm"] == "qdmp" || row["algorithm"] == "exact2";
    if (exact && row["to_optimum"] == 1.0) ++optimal;
  }
  EXPECT_EQ(optimal, 4) << "qdmp and exact2 on two graphs";
}

TEST(ExperimentProgram, WritesEveryRow) {
  const std::filesystem::path folder = std::filesystem::temp_directory_path() / "bl_planners";
  const Finished done = branchline({"experiment", "planners", "--graph", kAlexnet, "--uplink",
                                    "1mbit", "--ratio", "25", "-o", folder.string()});
  ASSERT_EQ(done.code, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr("networks of less than 1000 units"));
  std::ostringstream csv;
  csv << std::ifstream(folder / "planners.csv").rdbuf();
  EXPECT_THAT(csv.str(), HasSubstr(",alexnet,13,1000000,25,qdmp,1,"));
  EXPECT_TRUE(std::filesystem::exists(folder / "planners.txt"));
  EXPECT_THAT(done.out, HasSubstr((folder / "report.html").string() + "\n"));
  std::filesystem::remove_all(folder);
}

TEST(ExperimentProgram, FollowsTheShippedTrace) {
  const Finished done = branchline({"experiment", "bandwidth", "--json"});
  ASSERT_EQ(done.code, 0) << done.err;
  const auto rows = nlohmann::json::parse(done.out)["rows"];
  ASSERT_EQ(rows.size(), 7U);
  for (const auto& row : rows) {
    EXPECT_LE(row["expected_accuracy"], rows.back()["expected_accuracy"]) << row["method"];
  }
}

TEST(ExperimentProgram, PlaysTracesAgainstRivals) {
  const std::filesystem::path folder = std::filesystem::temp_directory_path() / "bl_traces";
  const std::filesystem::path trace = folder / "short.csv";
  std::filesystem::create_directories(folder);
  std::ofstream(trace) << "time_s,uplink_mbps,downlink_mbps\n0,2,4\n5,0.1,0.2\n10,2,4\n";
  const Finished done =
      branchline({"experiment", "traces", shipped("b_lenet-fashion.pt"), "--traces", trace.string(),
                  "--images", "40", "--cache", folder.string(), "-o", folder.string(), "--json"});
  ASSERT_EQ(done.code, 0) << done.err;
  const auto json = nlohmann::json::parse(done.out);
  ASSERT_EQ(json["traces"].size(), 4U) << "the recording and three that step";
  for (const auto& played : json["traces"]) {
    const auto& methods = played["methods"];
    EXPECT_EQ(methods.front()["method"], "branchline");
    EXPECT_EQ(methods.back()["method"], "oracle");
    const double hits = methods.front()["hit_rate"]["value"];
    EXPECT_GT(hits, 0.9) << played["trace"];
  }
  for (const char* file : {"traces.csv", "traces.json", "traces.txt", "config.toml", "machine.json",
                           "report.html", "report.md"}) {
    EXPECT_TRUE(std::filesystem::exists(folder / file)) << file;
  }
  std::filesystem::remove_all(folder);
}

/// Every fault, 120 requests each; how many are late is the machine's affair here.
TEST(ExperimentProgram, AnswersWhateverBecomesOfTheEdgeAndTheWayThere) {
  const Finished done = branchline({"experiment", "faults", "--requests", "120", "--json"});
  ASSERT_EQ(done.code, 0) << done.err;
  const auto rows = nlohmann::json::parse(done.out)["rows"];
  ASSERT_EQ(rows.size(), 9U);
  for (const auto& row : rows) {
    EXPECT_EQ(row["requests"], 120) << row;
    EXPECT_GT(row["feasible"], 0) << row;
    EXPECT_EQ(row["answered"], row["feasible"]) << row;
    EXPECT_EQ(row["wrong"], 0) << row;
    EXPECT_EQ(row["hung"], 0) << row;
    EXPECT_GT(row["times"], 0) << row;
  }
}

/// With or without the rights that the cross-checks want.
TEST(ExperimentProgram, ChecksItsEmulations) {
  const branchy_models::TemporaryFolder folder;
  const Finished done =
      branchline({"experiment", "emulation", shipped("b_lenet-fashion.pt"), "--rate", "8mbit",
                  "--device-slowdown", "2", "--repeats", "1", "-o", folder.path("run"), "--json"});
  ASSERT_EQ(done.code, 0) << done.err;
  const auto json = nlohmann::json::parse(done.out);
  EXPECT_EQ(json["schema"], "branchline.emulation/1");
  EXPECT_EQ(json["network"], "b_lenet-fashion");
  EXPECT_EQ(json["checks"].size() + json["notes"].size(), 3U) << done.out;
  for (const char* file : {"emulation_link.csv", "emulation_device.csv", "machine.json",
                           "report.html", "figures/link-8.csv"}) {
    EXPECT_TRUE(std::filesystem::exists(folder.path("run") + "/" + file)) << file;
  }
  EXPECT_EQ(branchline({"experiment", "emulation", "/nowhere.pt"}).code, 5);
  EXPECT_EQ(branchline({"experiment", "emulation", "--rate", "8"}).code, 2);
}

TEST(ExperimentProgram, LoadsARealEdge) {
  const Finished done =
      branchline({"experiment", "load", shipped("b_lenet-fashion.pt"), "--clients", "3", "--load",
                  "0.3", "--step", "300ms", "--json"});
  ASSERT_EQ(done.code, 0) << done.err;
  const auto rows = nlohmann::json::parse(done.out)["rows"];
  ASSERT_EQ(rows.size(), 2U);
  for (const auto& row : rows) {
    const double offered = row["offered_per_s"], in_time = row["in_time_per_s"];
    EXPECT_GT(row["answered_per_s"], 0) << row;
    EXPECT_NEAR(in_time + static_cast<double>(row["late_per_s"]) +
                    static_cast<double>(row["refused_per_s"]) +
                    static_cast<double>(row["expired_per_s"]),
                offered, 0.01)
        << row;
  }
  EXPECT_EQ(rows[1]["policy"], "first come");
  EXPECT_EQ(rows[1]["refused_per_s"], 0);
  EXPECT_EQ(branchline({"experiment", "load", shipped("b_lenet-fashion.pt"), "--cut", "999"}).code,
            2);
}

TEST(ExperimentProgram, EveryExperimentHasItsOwnFlags) {
  const Finished load = branchline({"experiment", "load", "--help"});
  EXPECT_EQ(load.code, 0);
  EXPECT_THAT(load.out, HasSubstr("--clients"));
  EXPECT_THAT(load.out, Not(HasSubstr("--states"))) << "one of bandwidth's";
  EXPECT_THAT(branchline({"experiment", "load", "--states", "3"}).err,
              HasSubstr("Run branchline experiment load --help"));
}

TEST(ExperimentProgram, WritesItsFlagsWhichRunTheSameAgain) {
  const branchy_models::TemporaryFolder folder;
  const Finished before = branchline(
      {"experiment", "bandwidth", "--deadline", "33ms", "-o", folder.path("first"), "--json"});
  ASSERT_EQ(before.code, 0) << before.err;
  std::ostringstream written;
  written << std::ifstream(folder.path("first/config.toml")).rdbuf();
  EXPECT_THAT(written.str(), HasSubstr("[experiment.bandwidth]\n"));
  EXPECT_THAT(written.str(), HasSubstr("deadline=\"33ms\""));
  const Finished again = branchline({"--config", folder.path("first/config.toml"), "experiment",
                                     "bandwidth", "-o", folder.path("second")});
  ASSERT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(nlohmann::json::parse(again.out)["rows"].size(), 7U) << "json was in the file";
  std::ostringstream second;
  second << std::ifstream(folder.path("second/config.toml")).rdbuf();
  EXPECT_THAT(second.str(), HasSubstr("deadline=\"33ms\""));
}

TEST(ExperimentProgram, SaysWhatIsWrong) {
  const Finished magic = branchline({"experiment", "magic"});
  EXPECT_EQ(magic.code, 2);
  EXPECT_THAT(magic.err, HasSubstr("magic: is no experiment. name a FILE.toml, or choose one of "));
  EXPECT_THAT(magic.err, HasSubstr(", planners, bandwidth"));
  EXPECT_EQ(branchline({"experiment", "faults", "--fault", "flood"}).code, 2);
  EXPECT_EQ(branchline({"experiment", "traces", "--rate", "20Hz"}).code, 2);
  const Finished unread = branchline({"experiment", "planners", "--graph", "nowhere.json"});
  EXPECT_EQ(unread.code, 2);
  EXPECT_THAT(unread.err, HasSubstr("nowhere.json: it cannot be read"));
  EXPECT_EQ(branchline({"experiment", "planners", "--uplink", "2"}).code, 2);
  EXPECT_EQ(branchline({"experiment", "planners", "--algorithm", "magic"}).code, 2);
}

}  // namespace
}  // namespace branchline::testing
