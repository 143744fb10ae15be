#include "apps/lab/experiments/traces/trace_score.h"

#include <gtest/gtest.h>

#include "apps/lab/experiments/traces/trace_experiment.h"

namespace branchline::lab {
namespace {

/// Every `hit`-th frame is missed, every `wrong`-th of all is wrong.
TracePlay play_of(const std::string& method, int missed, int wrong, int frames = 300) {
  TracePlay play{method, {}};
  for (int i = 0; i < frames; ++i) {
    TraceFrame frame;
    frame.in_time = missed == 0 || i % missed != 0;
    frame.right = frame.in_time && (wrong == 0 || i % wrong != 0);
    frame.exit = frame.in_time ? 0 : -1;
    play.frames.push_back(frame);
  }
  return play;
}

TEST(TraceScore, MultipliesHitRateAndAccuracy) {
  const TraceScore score = score_plays({play_of("a", 4, 5)}, 10).front();
  EXPECT_DOUBLE_EQ(score.hit_rate.value, 0.75);
  EXPECT_NEAR(score.accuracy.value, 0.8, 1e-12);
  EXPECT_NEAR(score.right_in_time.value, score.hit_rate.value * score.accuracy.value, 1e-12);
  EXPECT_DOUBLE_EQ(score.on_device, 0.75);
}

TEST(TraceScore, SeesNoDifferenceBetweenTheSame) {
  const auto scores = score_plays({play_of("a", 7, 3), play_of("b", 7, 3)}, 12);
  EXPECT_EQ(scores[1].over_reference, (Interval{0, 0, 0}));
}

TEST(TraceScore, SeesASmallDifferenceThatEveryFrameShows) {
  // Paired: what is hard for both does not blur what sets them apart.
  const auto scores = score_plays({play_of("a", 3, 0), play_of("b", 3, 5)}, 10);
  EXPECT_LT(scores[1].over_reference.high, 0);
  EXPECT_NEAR(scores[1].over_reference.value, -0.1333, 0.001);
}

TEST(TraceScore, IsLessSureWhenNeighboursAreAlike) {
  TracePlay alike{"alike", {}};
  for (int i = 0; i < 300; ++i) {
    TraceFrame frame;
    frame.in_time = frame.right = i / 50 % 2 == 0;
    alike.frames.push_back(frame);
  }
  const auto width = [&](std::size_t block) {
    const Interval hits = score_plays({alike}, block).front().hit_rate;
    return hits.high - hits.low;
  };
  EXPECT_GT(width(50), 2 * width(1));
}

TEST(TraceScore, CountsSwitchesOfPlanAndTheLatestAnswer) {
  using namespace std::chrono_literals;
  TracePlay play{"a", {}};
  const auto add = [&](int exit, Place place, Duration latency) {
    TraceFrame frame;
    frame.planned_exit = exit;
    frame.planned_place = place;
    frame.latency = latency;
    play.frames.push_back(frame);
  };
  add(3, Place::split, 90ms);
  add(3, Place::split, 0ms);
  add(3, Place::edge, 400ms);
  add(1, Place::edge, 80ms);
  add(1, Place::edge, 80ms);
  const TraceScore score = score_plays({play}, 1).front();
  EXPECT_EQ(score.switches, 2U);
  EXPECT_EQ(score.worst, Duration(400ms));
  EXPECT_DOUBLE_EQ(score.unanswered, 0.2);
}

TEST(TraceScore, TellsWhichTargetsWereMissed) {
  TraceRows rows;
  rows.network = "net";
  rows.trace = "trace";
  rows.scores = score_plays({play_of("branchline", 2, 0), play_of("worse", 1, 0),
                             play_of("better", 0, 0), play_of("oracle", 0, 0)},
                            10);
  const auto missed = missed_targets(rows);
  ASSERT_EQ(missed.size(), 2U);
  EXPECT_EQ(missed[0], "better is better on trace with net");
  EXPECT_NE(missed[1].find("oracle"), std::string::npos);
  rows.scores = score_plays({play_of("branchline", 0, 40), play_of("oracle", 0, 0)}, 10);
  EXPECT_TRUE(missed_targets(rows).empty());
}

}  // namespace
}  // namespace branchline::lab
