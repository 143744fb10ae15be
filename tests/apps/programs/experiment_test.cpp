#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/apps/programs/programs.h"

namespace branchline::testing {
namespace {

using ::testing::HasSubstr;

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
  for (const char* file : {"traces.csv", "traces.json", "traces.txt", "config.toml"}) {
    EXPECT_TRUE(std::filesystem::exists(folder / file)) << file;
  }
  std::filesystem::remove_all(folder);
}

TEST(ExperimentProgram, AnswersWhileTheWayToTheEdgeFails) {
  const Finished done = branchline({"experiment", "faults", "--fault", "blackhole", "--fault",
                                    "killed", "--requests", "60", "--deadline", "500ms", "--json"});
  ASSERT_EQ(done.code, 0) << done.err;
  const auto rows = nlohmann::json::parse(done.out)["rows"];
  ASSERT_EQ(rows.size(), 2U);
  for (const auto& row : rows) {
    EXPECT_EQ(row["requests"], 60);
    EXPECT_EQ(row["answered"], row["feasible"]) << row["fault"];
    EXPECT_EQ(row["hung"], 0) << row["fault"];
    EXPECT_GT(row["times"], 0) << row["fault"];
  }
}

TEST(ExperimentProgram, SaysWhatIsWrong) {
  EXPECT_EQ(branchline({"experiment", "faults", "--fault", "flood"}).code, 2);
  EXPECT_EQ(branchline({"experiment", "traces", "--rate", "20Hz"}).code, 2);
  EXPECT_EQ(branchline({"experiment", "magic"}).code, 2);
  const Finished unread = branchline({"experiment", "planners", "--graph", "nowhere.json"});
  EXPECT_EQ(unread.code, 2);
  EXPECT_THAT(unread.err, HasSubstr("nowhere.json: it cannot be read"));
  EXPECT_EQ(branchline({"experiment", "planners", "--uplink", "2"}).code, 2);
  EXPECT_EQ(branchline({"experiment", "planners", "--algorithm", "magic"}).code, 2);
}

}  // namespace
}  // namespace branchline::testing
