#include "apps/lab/frame_summary.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "framework/base/error.h"
#include "tests/apps/lab/sample_records.h"

namespace branchline::lab {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

/// Right in time on the edge, right but late on the split, wrong in time on the device, lost.
std::vector<FrameRecord> four_frames() {
  std::vector<FrameRecord> records = {sample_record(0, Place::edge, 4, 40),
                                      sample_record(1, Place::split, 4, 130),
                                      sample_record(2, Place::device, 1, 20), lost_record(3)};
  records[2].prediction = "dog";
  records[2].prediction_index = 5;
  records[2].insured = true;
  return records;
}

TEST(FrameSummary, CountsLateAnswersAsRightButNotInTime) {
  const MethodSummary s = summarise("branchline", four_frames());
  EXPECT_EQ(s.frames, 4u);
  EXPECT_EQ(s.answered, 3u);
  EXPECT_DOUBLE_EQ(s.hit_rate(), 0.5);
  EXPECT_DOUBLE_EQ(*s.accuracy(), 0.5);
  EXPECT_DOUBLE_EQ(*s.right_in_time_share(), 0.25);
  EXPECT_DOUBLE_EQ(s.insured_share(), 0.25);
}

TEST(FrameSummary, AnswersByPlaceAndExit) {
  const MethodSummary s = summarise("branchline", four_frames());
  EXPECT_THAT(s.places, testing::ElementsAre(1, 1, 1));
  EXPECT_THAT(s.exits, testing::ElementsAre(1, 0, 0, 2));
}

TEST(FrameSummary, BytesAreSpreadOverAllFramesBothWays) {
  EXPECT_DOUBLE_EQ(summarise("m", four_frames()).bytes_per_frame, (6120 + 1220) / 4.0);
}

TEST(FrameSummary, PercentilesAreNearestRank) {
  std::vector<FrameRecord> records;
  for (int i = 1; i <= 200; ++i) records.push_back(sample_record(0, Place::device, 1, i));
  const MethodSummary s = summarise("m", records);
  EXPECT_EQ(s.p50, 100ms);
  EXPECT_EQ(s.p95, 190ms);
  EXPECT_EQ(s.p99, 198ms);
  EXPECT_EQ(s.worst, 200ms);
}

TEST(FrameSummary, WithoutLabelsThereIsNoAccuracy) {
  std::vector<FrameRecord> records = {sample_record(0, Place::device, 1, 20)};
  records[0].label.reset();
  EXPECT_EQ(summarise("m", records).accuracy(), std::nullopt);
  EXPECT_TRUE(
      nlohmann::json::parse(summary_json({summarise("m", records)}))["methods"][0]["accuracy"]
          .is_null());
}

TEST(FrameSummary, NoFramesMeanNoGoalMetAndNoCrash) {
  const MethodSummary s = summarise("m", {});
  EXPECT_DOUBLE_EQ(s.hit_rate(), 0);
  EXPECT_FALSE(meets(parse_goal("hit_rate>=0", "--require"), s));
  EXPECT_THAT(text_table({s}), HasSubstr("0.0 %"));
}

TEST(FrameSummary, TableSaysHowManyFramesWereLost) {
  EXPECT_THAT(text_table({summarise("edge only", four_frames())}), HasSubstr("1 lost"));
}

TEST(Goal, ComparesSharesAndLatencies) {
  std::vector<FrameRecord> records = {sample_record(0, Place::device, 1, 20),
                                      sample_record(1, Place::device, 1, 80)};
  const MethodSummary s = summarise("m", records);
  EXPECT_TRUE(meets(parse_goal("hit_rate>=0.95", "--require"), s));
  EXPECT_TRUE(meets(parse_goal("worst<=80ms", "--require"), s));
  EXPECT_FALSE(meets(parse_goal("worst<=0.079s", "--require"), s));
  EXPECT_FALSE(meets(parse_goal("hit_rate<=0.5", "--require"), s));
}

TEST(Goal, ALostFrameMissesEveryLatencyGoal) {
  const MethodSummary s = summarise("m", {sample_record(0, Place::device, 1, 20), lost_record(1)});
  EXPECT_FALSE(meets(parse_goal("p50<=100ms", "--require"), s));
}

TEST(Goal, RefusesWhatItCannotRead) {
  for (const char* text : {"hit_rate", "hit_rate>0.9", "hits>=0.9", "hit_rate>=95", "hit_rate>=x",
                           "worst<=120", "hit_rate>="}) {
    EXPECT_THROW(parse_goal(text, "--require"), InputError) << text;
  }
}

}  // namespace
}  // namespace branchline::lab
