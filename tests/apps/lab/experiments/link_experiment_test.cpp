#include "apps/lab/experiments/link_experiment.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "apps/lab/experiments/live_link.h"
#include "apps/lab/experiments/virtual_link.h"

namespace branchline::lab {
namespace {

using namespace std::chrono_literals;

TEST(VirtualLink, AnExchangeTakesRoundTripAndBytes) {
  VirtualLink link(transport::steady_link(1e5, 1e6, 20ms), 0);
  const auto exchange = link.exchange(10'000, 1'000, 5ms);
  ASSERT_TRUE(exchange);
  EXPECT_NEAR(static_cast<double>(exchange->total.count()), 146e6, 10);  // 100 + 40 + 5 + 1 ms
  EXPECT_NEAR(link.measured_bytes_per_s(), 1e5, 1);
}

TEST(VirtualLink, ABucketLetsItsBurstThroughAndFillsWhileIdle) {
  VirtualLink link(transport::steady_link(1e5, 1e9, 0ms), 5'000);
  EXPECT_NEAR(static_cast<double>(link.exchange(10'000, 10, 0ms)->total.count()), 50e6, 1e3);
  EXPECT_NEAR(static_cast<double>(link.exchange(10'000, 10, 0ms)->total.count()), 100e6, 1e3);
  link.wait(20ms);  // 2000 bytes
  EXPECT_NEAR(static_cast<double>(link.exchange(10'000, 10, 0ms)->total.count()), 80e6, 1e3);
}

TEST(VirtualLink, AStandstillForEverGivesNothing) {
  EXPECT_FALSE(VirtualLink(transport::steady_link(0, 1, 0ms), 0).exchange(1, 1, 0ms));
}

TEST(LinkScores, CountFramesUntilTwoInARowAreClose) {
  std::vector<FollowedFrame> frames;
  for (int i = 0; i < 20; ++i) frames.push_back({0, 1, 100, {100}});
  for (const double estimate : {400.0, 105.0, 300.0, 109.0, 95.0}) {
    frames.push_back({1, 1, 100, {estimate}});
  }
  for (int i = 0; i < 3; ++i) frames.push_back({2, 1, 100, {200}});
  const FollowerScore score = scored("link", frames, {"follower"}).scores.front();
  EXPECT_EQ(score.frames_down, 4);
  EXPECT_EQ(score.frames_up, -1);
  EXPECT_EQ(score.median_error, 0);
}

TEST(LinkExperiment, OursIsWithinTenPercentAndFollowsAStepInFiveFramesWithoutJitter) {
  for (const LinkCase& link : steady_link_cases()) {
    if (link.profile.jitter > 0ms || link.burst_bytes > 0) continue;
    const FollowerScore ours = follow_virtual_link(link).scores.front();
    EXPECT_LT(ours.p90_error, 0.1) << link.name;
    for (const int frames : {ours.frames_down, ours.frames_up}) {
      EXPECT_GE(frames, 1) << link.name;
      EXPECT_LE(frames, 5) << link.name;
    }
  }
}

TEST(LinkExperiment, OursIsWithinTenPercentUnderJitterAndBehindBucketsInTheMedian) {
  for (const LinkCase& link : steady_link_cases()) {
    const LinkRow row = follow_virtual_link(link);
    EXPECT_LT(row.scores.front().median_error, 0.1) << link.name;
    if (link.profile.jitter == 0ms && link.burst_bytes == 0) continue;
    for (std::size_t other = 1; other < row.scores.size(); ++other) {
      EXPECT_LT(row.scores.front().median_error, row.scores[other].median_error) << link.name;
    }
  }
}

TEST(LinkExperiment, FollowsALiveLink) {
  LinkCase link;
  link.name = "live";
  link.profile = transport::steady_link(2e6, 4e6, 2ms);
  link.frame_bytes = {16 << 10, 64 << 10};
  link.frames = 30;
  link.steps = true;
  const LinkRow row = follow_live_link(link);
  EXPECT_EQ(row.scores.size(), 4u);
  EXPECT_GT(row.measured_bytes_per_s, 1e5);
  EXPECT_LT(row.measured_bytes_per_s, 4e6);
}

TEST(LinkExperiment, ItsTableAndJsonHaveARowALinkAndFollower) {
  const std::vector<LinkRow> rows = {
      {"a link",
       1e6,
       {{"ours", 0.01, 0.02, 0.03, 0.04, 2, 3}, {"last", 0.5, 0.6, 0.7, 0.8, -1, 4}}}};
  EXPECT_NE(link_table(rows).find("1.0    2.0  2/3"), std::string::npos) << link_table(rows);
  EXPECT_NE(link_table(rows).find("-/4"), std::string::npos);
  const auto json = nlohmann::json::parse(link_rows_json(rows));
  EXPECT_EQ(json["schema"], "branchline.link_experiment/1");
  EXPECT_EQ(json["rows"].size(), 2u);
  EXPECT_EQ(json["rows"][1]["frames_after_step_down"], -1);
}

}  // namespace
}  // namespace branchline::lab
