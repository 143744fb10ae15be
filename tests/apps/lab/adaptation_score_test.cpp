#include "apps/lab/adaptation_score.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace branchline::lab {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using ::testing::HasSubstr;

AdaptationPhase phase_of(const std::string& plans) {
  AdaptationPhase phase;
  phase.name = "step";
  for (std::size_t i = 0; i < plans.size(); ++i) {
    AdaptedFrame frame;
    frame.at = milliseconds(50 * i);
    frame.plan = std::string(1, plans[i]);
    frame.why = "planned";
    frame.uplink_bps = 5;
    frame.latency = Duration(7);
    frame.probe = plans[i] == 'p';
    frame.in_time = plans[i] != 'a';
    phase.frames.push_back(frame);
  }
  return phase;
}

TEST(AdaptationScore, CountsFramesUntilTheRightPlanStays) {
  const AdaptationScore score = score_of(phase_of("aaabaabbbbbbbbbcbbbb"));
  EXPECT_EQ(score.right_plan, "b");
  EXPECT_EQ(score.frames_to_right, 6) << "one b alone is not it";
  EXPECT_EQ(score.time_to_right, milliseconds(300));
  EXPECT_NEAR(score.in_time_before, 1.0 / 6, 1e-9);
  EXPECT_EQ(score.in_time_after, 1);
  EXPECT_NEAR(score.right_after, 13.0 / 14, 1e-9);
  EXPECT_EQ(score.plan_changes_after, 2);
}

TEST(AdaptationScore, LeavesProbesOut) {
  const AdaptationScore score = score_of(phase_of("aapbpbbbbpbbpbbb"));
  EXPECT_EQ(score.frames_to_right, 3);
  EXPECT_EQ(score.right_after, 1);
  EXPECT_EQ(score.plan_changes_after, 0);
}

TEST(AdaptationScore, SaysWhenThePlanNeverStays) {
  const AdaptationScore score = score_of(phase_of("abababababababab"));
  EXPECT_EQ(score.frames_to_right, -1);
  EXPECT_GE(score.plan_changes_after, 7);
  EXPECT_EQ(score_of({}).frames_to_right, -1);
}

TEST(Overheads, AreToldApartByWhereTheAnswerCameFrom) {
  AdaptationPhase phase = phase_of("aaaaa");
  for (std::size_t i = 0; i < 4; ++i) {
    phase.frames[i].overhead = microseconds(100 + 10 * i);
    phase.frames[i].on_edge = i == 3;
  }
  const auto overheads = overheads_of({phase}, "slowed");
  ASSERT_EQ(overheads.size(), 2u);
  EXPECT_EQ(overheads[0].count, 3);
  EXPECT_EQ(overheads[0].median, microseconds(110));
  EXPECT_EQ(overheads[1].count, 1);
  EXPECT_EQ(overheads[1].median, microseconds(130));
}

TEST(AdaptationReport, IsATableACsvAndJson) {
  const AdaptationPhase phase = phase_of("aabbbbbbbb");
  const std::vector<AdaptationScore> scores = {score_of(phase)};
  const auto overheads = overheads_of({phase}, "slowed");
  EXPECT_THAT(adaptation_table(scores, overheads), HasSubstr("100 ms"));
  EXPECT_THAT(adaptation_csv(scores), HasSubstr("\"step\",10,2,100000000,"));
  EXPECT_THAT(adaptation_frames_csv({phase}),
              HasSubstr("\"step\",50000000,\"a\",planned,5,0,0,0,7,-1"));
  const auto json = nlohmann::json::parse(adaptation_json(scores, overheads));
  EXPECT_EQ(json["schema"], "branchline.adaptation/1");
  EXPECT_EQ(json["phases"][0]["frames_to_right"], 2);
}

}  // namespace
}  // namespace branchline::lab
