#include "apps/lab/sweep/frame_stream.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

#include "tests/support/fake_clock.h"

namespace branchline::lab {
namespace {

using namespace std::chrono_literals;

/// Device, uplink and edge with fixed times, each at one frame at a time; the device's is split
/// into what comes before the link and after it.
class FakeStages final : public StreamedPlan {
 public:
  FakeStages(testing::FakeClock& clock, Duration front, Duration uplink, Duration edge,
             Duration tail = 0ms)
      : clock_(clock), front_(front), uplink_(uplink), edge_(edge), tail_(tail) {}

  void begin(std::size_t frame) override {
    order_ += "b" + std::to_string(frame) + " ";
    most_ = std::max(most_, ++under_way_);
    clock_.advance(front_);
    uplink_free_ = std::max(uplink_free_, clock_.now()) + uplink_;
    edge_free_ = std::max(edge_free_, uplink_free_) + edge_;
    back_.push_back({frame, edge_free_});
  }

  std::optional<std::size_t> returned(Duration patience) override {
    if (back_.empty()) return std::nullopt;
    const auto [frame, when] = back_.front();
    const TimePoint until = std::min(std::max(when, clock_.now()), clock_.now() + patience);
    clock_.advance(until - clock_.now());
    if (when > clock_.now()) return std::nullopt;
    back_.pop_front();
    return frame;
  }

  PlanSample end(std::size_t frame) override {
    order_ += "e" + std::to_string(frame) + " ";
    --under_way_;
    clock_.advance(tail_);
    PlanSample sample;
    sample.bytes_up = frame;
    return sample;
  }

  const std::string& order() const { return order_; }
  int most_under_way() const { return most_; }

 private:
  testing::FakeClock& clock_;
  const Duration front_, uplink_, edge_, tail_;
  TimePoint uplink_free_{}, edge_free_{};
  std::deque<std::pair<std::size_t, TimePoint>> back_;
  std::string order_;
  int under_way_ = 0, most_ = 0;
};

bool never() { return false; }

constexpr StreamLimits kThirty{30, 6, 30, 1h, 1h};

TEST(FrameStream, OverlapsDeviceLinkAndEdge) {
  testing::FakeClock clock;
  FakeStages stages(clock, 10ms, 30ms, 20ms);
  const auto frames = play_stream(stages, kThirty, clock, never);
  ASSERT_EQ(frames.size(), 30U);
  EXPECT_EQ(frames[0].total, 60ms);
  EXPECT_EQ(frames[0].done, 60ms);
  EXPECT_EQ(frames[29].done, 60ms + 29 * 30ms) << "the uplink never rests";
  EXPECT_EQ(stages.most_under_way(), 6);
  EXPECT_EQ(frames[20].total, 6 * 30ms) << "Little's law";
  EXPECT_EQ(frames[20].bytes_up, 20U);
}

TEST(FrameStream, HasNoMoreFramesUnderWayThanAllowed) {
  testing::FakeClock clock;
  FakeStages stages(clock, 1ms, 10ms, 1ms);
  play_stream(stages, {5, 2, 5, 1h, 1h}, clock, never);
  EXPECT_EQ(stages.order(), "b0 b1 e0 b2 e1 b3 e2 b4 e3 e4 ");
}

TEST(FrameStream, EndsWhatIsBackBeforeItBeginsMore) {
  testing::FakeClock clock;
  FakeStages stages(clock, 10ms, 1ms, 1ms, 5ms);
  play_stream(stages, {4, 6, 4, 1h, 1h}, clock, never);
  EXPECT_EQ(stages.order(), "b0 b1 e0 e1 b2 b3 e2 e3 ");
}

TEST(FrameStream, BeginsNoMoreAfterItsLengthButTheLeast) {
  testing::FakeClock clock;
  FakeStages stages(clock, 10ms, 1ms, 1ms);
  EXPECT_EQ(play_stream(stages, {100, 6, 3, 55ms, 1h}, clock, never).size(), 6U);
  FakeStages slow(clock, 100ms, 1ms, 1ms);
  EXPECT_EQ(play_stream(slow, {100, 6, 3, 55ms, 1h}, clock, never).size(), 3U);
}

TEST(FrameStream, LeavesWhatDoesNotComeBackAndStops) {
  testing::FakeClock clock;
  FakeStages stages(clock, 1ms, 1ms, 10s);
  EXPECT_TRUE(play_stream(stages, {5, 2, 5, 1h, 1s}, clock, never).empty());
  int asked = 0;
  FakeStages stopped(clock, 1ms, 1ms, 1ms);
  const auto frames = play_stream(stopped, kThirty, clock, [&asked] { return ++asked > 3; });
  EXPECT_LT(frames.size(), 4U);
  EXPECT_GT(frames.size(), 0U) << "what is under way is ended";
}

TEST(FrameStream, IsScoredAtASteadyPace) {
  testing::FakeClock clock;
  FakeStages stages(clock, 10ms, 40ms, 20ms);
  const auto score = score_stream(play_stream(stages, kThirty, clock, never), 6);
  ASSERT_TRUE(score);
  EXPECT_DOUBLE_EQ(score->fps, 25) << "the longest stage alone";
  EXPECT_DOUBLE_EQ(score->fps_low, 25);
  EXPECT_DOUBLE_EQ(score->fps_high, 25);
  EXPECT_DOUBLE_EQ(score->latency_ms, 240);
}

/// Ends every 10 ms, but for the first ones, which took long.
std::vector<PlanSample> uneven() {
  std::vector<PlanSample> frames;
  Duration done{500ms};
  for (int i = 0; i < 14; ++i) {
    PlanSample frame;
    done += i < 2 ? 500ms : 10ms;
    frame.done = done;
    frame.total = i < 2 ? 300ms : 20ms;
    frames.push_back(frame);
  }
  return frames;
}

TEST(FrameStream, LeavesFillingOut) {
  const auto score = score_stream(uneven(), 2);
  ASSERT_TRUE(score);
  EXPECT_DOUBLE_EQ(score->fps, 100);
  EXPECT_DOUBLE_EQ(score->fps_low, 100);
  EXPECT_DOUBLE_EQ(score->fps_high, 100);
  EXPECT_DOUBLE_EQ(score->latency_ms, 20);
}

TEST(FrameStream, TellsHowEvenItsPaceWas) {
  std::vector<PlanSample> frames(10);
  Duration done{0};
  for (std::size_t i = 0; i < frames.size(); ++i) {
    done += i < 5 ? 10ms : 20ms;
    frames[i].done = done;
    frames[i].total = 1ms;
  }
  const auto score = score_stream(frames, 1);
  ASSERT_TRUE(score);
  EXPECT_DOUBLE_EQ(score->fps_high, 100);
  EXPECT_DOUBLE_EQ(score->fps_low, 50);
  EXPECT_GT(score->fps, 50);
  EXPECT_LT(score->fps, 100);
}

TEST(FrameStream, HasNoScoreWhenItIsTooShort) {
  EXPECT_FALSE(score_stream({}, 1));
  EXPECT_FALSE(score_stream(uneven(), 14));
  EXPECT_FALSE(score_stream(uneven(), 11));
  EXPECT_TRUE(score_stream(uneven(), 10));
}

}  // namespace
}  // namespace branchline::lab
