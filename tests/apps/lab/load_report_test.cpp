#include "apps/lab/load_report.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace branchline::lab {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

LoadRow row(const std::string& policy, int clients, double load, double in_time, double answered) {
  LoadRow row;
  row.policy = policy;
  row.clients = clients;
  row.load = load;
  row.alone_per_s = 100;
  row.offered_per_s = 100 * load;
  row.in_time_per_s = in_time;
  row.answered_per_s = answered;
  row.late_per_s = answered - in_time;
  return row;
}

LoadResult sample_result() {
  LoadResult result;
  result.network = "camera";
  result.exit = "exit4";
  result.request_bytes = 76800;
  result.rows = {row("ours", 4, 1, 96, 97), row("theirs", 4, 1, 80, 90),
                 row("ours", 4, 3, 90, 92), row("theirs", 4, 3, 4, 85),
                 row("ours", 8, 3, 50, 92), row("ours", 8, 1, 100, 100)};
  return result;
}

TEST(LoadReport, ComparesTheHighestLoadWithThePeak) {
  const auto summaries = summarise(sample_result().rows);
  ASSERT_EQ(summaries.size(), 3u) << "a policy and number of clients each";
  EXPECT_EQ(summaries[0].policy, "ours");
  EXPECT_DOUBLE_EQ(summaries[0].kept, 90.0 / 96);
  EXPECT_DOUBLE_EQ(summaries[0].throughput, 0.97);
  EXPECT_DOUBLE_EQ(summaries[1].kept, 0.05);
  EXPECT_EQ(summaries[2].clients, 8);
  EXPECT_EQ(summaries[2].load, 3);
  EXPECT_DOUBLE_EQ(summaries[2].kept, 0.5) << "loads in any order";
}

TEST(LoadReport, SaysWhatWasReached) {
  const std::string text = load_text(sample_result(), 100ms);
  EXPECT_THAT(text, HasSubstr("camera, exit4: 76.8 kB a request, budget 100 ms"));
  EXPECT_THAT(text,
              HasSubstr("4 clients, ours: at 3x 94 % of its peak goodput (at least 90 %: yes),"
                        " throughput 0.97 of compute alone (at least 0.9: yes)"));
  EXPECT_THAT(text,
              HasSubstr("4 clients, theirs: at 3x 5 % of its peak goodput (at least 90 %: no)"));
}

TEST(LoadReport, GivesEveryRowForMachines) {
  const std::string csv = load_csv(sample_result());
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 7);
  EXPECT_THAT(csv, HasSubstr("load_experiment/1,camera,exit4,76800,theirs,4,3,100.0,300.0,4.0,85.0,"
                             "81.0,0.0,0.0,0,0\n"));
  const auto json = nlohmann::json::parse(load_json(sample_result()));
  EXPECT_EQ(json["schema"], "branchline.load_experiment/1");
  EXPECT_EQ(json["rows"].size(), 6u);
  EXPECT_EQ(json["rows"][3]["in_time_per_s"], 4);
}

}  // namespace
}  // namespace branchline::lab
