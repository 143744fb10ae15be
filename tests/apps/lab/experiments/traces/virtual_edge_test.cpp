#include "apps/lab/experiments/traces/virtual_edge.h"

#include <gtest/gtest.h>

namespace branchline::lab {
namespace {

using namespace std::chrono_literals;

class Ear final : public transport::ChannelListener {
 public:
  void on_message(transport::Message message, const transport::Arrival& arrival) override {
    heard.push_back({std::move(message), arrival});
  }
  void on_sent(std::uint64_t id, std::uint64_t, TimePoint) override { sent.push_back(id); }
  void on_closed(const std::string&) override { ++closed; }

  std::vector<std::pair<transport::Message, transport::Arrival>> heard;
  std::vector<std::uint64_t> sent;
  int closed = 0;
};

/// An edge that takes 30 ms a request, 10 ms away.
class AVirtualEdge : public ::testing::Test {
 protected:
  void open(double bytes_per_s) {
    edge_ =
        std::make_unique<VirtualEdge>(time_, transport::steady_link(bytes_per_s, bytes_per_s, 10ms),
                                      "digest", [](const transport::Request&) {
                                        transport::Answer answer;
                                        answer.compute = 30ms;
                                        return answer;
                                      });
    channel_ = edge_->connect({}, ear_);
  }
  void run_for(Duration duration) {
    const TimePoint end = time_.now() + duration;
    for (auto next = edge_->next_event(); next && *next <= end; next = edge_->next_event()) {
      time_.set(std::max(*next, time_.now()));
      edge_->run();
    }
    time_.set(end);
  }
  void ask(std::uint64_t id, Duration budget) {
    transport::Request request;
    request.plan.digest = "digest";
    request.budget = budget;
    ASSERT_TRUE(channel_->send({id, std::move(request)}));
  }

  VirtualTime time_;
  std::shared_ptr<Ear> ear_ = std::make_shared<Ear>();
  std::unique_ptr<VirtualEdge> edge_;
  std::shared_ptr<transport::Channel> channel_;
};

TEST_F(AVirtualEdge, WelcomesAndAnswersOneRequestAfterTheOther) {
  open(1e9);
  run_for(100ms);
  ASSERT_EQ(ear_->heard.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<transport::Welcome>(ear_->heard[0].first.body));
  ask(7, 1s);
  ask(8, 1s);
  const TimePoint asked = time_.now();
  run_for(200ms);
  ASSERT_EQ(ear_->heard.size(), 3U);
  EXPECT_EQ(ear_->heard[2].first.id, 8U);
  EXPECT_GE(ear_->heard[1].second.complete - asked, 50ms);
  EXPECT_GE(ear_->heard[2].second.complete - asked, 80ms);
  EXPECT_LT(ear_->heard[2].second.complete - asked, 81ms);
  EXPECT_EQ(std::get<transport::Answer>(ear_->heard[2].first.body).queued / 1ms, 29);
  EXPECT_EQ(ear_->sent, (std::vector<std::uint64_t>{0, 7, 8}));
}

TEST_F(AVirtualEdge, RefusesWhatHasRunOutOfBudget) {
  open(1e9);
  run_for(100ms);
  ask(7, 1s);
  ask(8, 20ms);
  run_for(1s);
  ASSERT_EQ(ear_->heard.size(), 3U);
  const auto* refused = std::get_if<transport::Refused>(&ear_->heard[1].first.body);
  ASSERT_NE(refused, nullptr);
  EXPECT_EQ(refused->why, transport::Refusal::expired);
}

TEST_F(AVirtualEdge, IsGivenUpWhenNoWelcomeComes) {
  open(0);
  run_for(900ms);
  EXPECT_TRUE(channel_->is_open());
  run_for(200ms);
  EXPECT_FALSE(channel_->is_open());
  EXPECT_EQ(ear_->closed, 1);
}

TEST_F(AVirtualEdge, TellsHowLongNothingWasHeard) {
  open(1e9);
  run_for(500ms);
  EXPECT_GT(channel_->silent_for(), 450ms);
  ASSERT_TRUE(channel_->send({9, transport::Ping{}}));
  run_for(25ms);
  EXPECT_LT(channel_->silent_for(), 10ms);
}

}  // namespace
}  // namespace branchline::lab
