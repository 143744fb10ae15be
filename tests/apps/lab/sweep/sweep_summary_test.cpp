#include "apps/lab/sweep/sweep_summary.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

namespace branchline::lab {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::vector<ResultRow> late_rows(std::size_t count) {
  std::vector<ResultRow> rows(count);
  for (ResultRow& row : rows) {
    row.model = "net";
    row.method = "edgent";
    row.link = "2mbit";
    row.uplink_mbps = 2;
    row.goodput_mbps = 1.9;
  }
  return rows;
}

SweepVerdict judged(const std::vector<ResultRow>& rows) {
  return judge({}, {parse_row_goal("hit_rate>=0.9", "--require")}, rows);
}

TEST(SweepVerdict, IsGoodWhenEveryCheckHoldsAndEveryGoalIsMet) {
  EXPECT_TRUE(SweepVerdict{}.good());
  EXPECT_FALSE(judged(late_rows(1)).good());
  Experiment experiment;
  experiment.checks.emplace_back();
  experiment.checks[0].y = "exit";
  experiment.checks[0].x = "uplink_mbps";
  EXPECT_FALSE(judge(experiment, {}, late_rows(1)).good()) << "it compares nothing";
}

TEST(SweepSummary, ShowsTenMissesAndCountsTheRest) {
  const std::string twelve = summary_text({}, judged(late_rows(12)));
  EXPECT_THAT(twelve, HasSubstr("MISS  --require hit_rate>=0.9"));
  EXPECT_THAT(twelve, HasSubstr("and 2 more"));
  EXPECT_THAT(summary_text({}, judged(late_rows(10))), Not(HasSubstr("more")));
}

TEST(SweepSummary, HasALinkOnceAndEveryNetworksFigures) {
  Sweep sweep;
  sweep.rows = late_rows(3);
  sweep.rows[2].model = "other";
  sweep.networks = {{"net", "abc", "photos", 20, 21}};
  sweep.plans = 2;
  sweep.prediction = {2, 0.05, 0.1};
  Experiment experiment;
  experiment.checks.emplace_back();
  experiment.checks[0].y = "exit";
  experiment.checks[0].x = "uplink_mbps";
  experiment.checks[0].where = {{"model", "other"}};
  const auto json =
      nlohmann::json::parse(summary_json(experiment, sweep, judge(experiment, {}, sweep.rows)));
  EXPECT_EQ(json["links"].size(), 2U);
  EXPECT_EQ(json["links"][0]["goodput_mbps"], 1.9);
  EXPECT_EQ(json["networks"][0]["slowdown"], 20);
  EXPECT_EQ(json["networks"][0]["measured_slowdown"], 21);
  EXPECT_EQ(json["checks"][0]["holds"], false) << "its one row has no other to compare with";
  EXPECT_EQ(json["prediction"]["p90_error"], 0.1);
}

}  // namespace
}  // namespace branchline::lab
