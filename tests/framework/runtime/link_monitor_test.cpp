#include "framework/runtime/link_monitor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"

namespace branchline::runtime {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::FakeClock;
using transport::Arrival;
using transport::Message;

/// A channel that only notes what is sent; the test plays the peer.
class NotedChannel final : public transport::Channel {
 public:
  explicit NotedChannel(const FakeClock& clock) : clock_(clock), heard_(clock.now()) {}
  bool send(Message message) override {
    sent.push_back(std::move(message));
    return open;
  }
  void close(const std::string&) override { open = false; }
  bool is_open() const override { return open; }
  std::string peer() const override { return "noted"; }
  Duration silent_for() const override { return clock_.now() - heard_; }
  void hear_something() { heard_ = clock_.now(); }

  std::vector<Message> sent;
  bool open = true;

 private:
  const FakeClock& clock_;
  TimePoint heard_;
};

class LinkMonitorTest : public ::testing::Test {
 protected:
  void peer_says(transport::Body body, std::uint64_t id = 0, std::uint64_t bytes = 100) {
    channel_->hear_something();
    listener_->on_message({id, std::move(body)}, Arrival{clock_.now(), clock_.now(), bytes});
  }
  static transport::Welcome welcome(const std::string& digest = "net") {
    transport::Welcome welcome;
    welcome.software = "an edge";
    welcome.digests = {digest};
    welcome.names = {"other"};
    return welcome;
  }
  void come_up() {
    monitor_.tick();
    peer_says(welcome());
    monitor_.tick();
    answer_ping();
  }
  void answer_ping() {
    for (const Message& message : channel_->sent) {
      if (std::holds_alternative<transport::Ping>(message.body)) {
        peer_says(transport::Pong{}, message.id);
      }
    }
    channel_->sent.clear();
  }
  /// Time passes with ticks, the peer silent.
  void pass(Duration time) {
    for (Duration gone{0}; gone < time; gone += milliseconds(10)) {
      clock_.advance(milliseconds(10));
      monitor_.tick();
    }
  }

  FakeClock clock_;
  int connects_ = 0;
  std::vector<std::string> tried_;
  std::shared_ptr<NotedChannel> channel_;
  std::shared_ptr<transport::ChannelListener> listener_;
  LinkMonitor monitor_{{{"a", 1}, {"b", 2}},
                       "net",
                       [this](const transport::Endpoint& endpoint, const transport::Hello&,
                              std::shared_ptr<transport::ChannelListener> listener) {
                         // A spare to the other edge: it never answers here.
                         if (monitor_.view().up) return std::make_shared<NotedChannel>(clock_);
                         ++connects_;
                         tried_.push_back(endpoint.host);
                         channel_ = std::make_shared<NotedChannel>(clock_);
                         listener_ = std::move(listener);
                         return channel_;
                       },
                       clock_,
                       [] {}};
};

TEST_F(LinkMonitorTest, IsUpOnceItWasWelcomed) {
  monitor_.tick();
  EXPECT_FALSE(monitor_.view().up);
  EXPECT_EQ(monitor_.ask(transport::Ping{}, 0, {}), std::nullopt);
  peer_says(welcome());
  EXPECT_TRUE(monitor_.view().up);
  EXPECT_EQ(monitor_.view().edge, "a:1");
  const auto events = monitor_.take_events();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].kind, LinkEvent::Kind::up);
}

TEST_F(LinkMonitorTest, TriesTheNextEdgeAtOnceAndBacksOffAfterTheLast) {
  monitor_.tick();
  listener_->on_closed("refused");
  monitor_.tick();
  EXPECT_EQ(tried_, (std::vector<std::string>{"a", "b"}));
  listener_->on_closed("refused");
  monitor_.tick();
  EXPECT_EQ(connects_, 2) << "it waits at least half the first back-off";
  pass(milliseconds(60));
  EXPECT_EQ(connects_, 3);
  for (int failure = 0; failure < 40; ++failure) {
    listener_->on_closed("refused");
    pass(milliseconds(1010));
    EXPECT_EQ(connects_, 4 + failure) << "it never waits longer than a second";
  }
}

TEST_F(LinkMonitorTest, TellsTheMismatchOnceAndTriesTheNext) {
  monitor_.tick();
  peer_says(welcome("another network"));
  EXPECT_FALSE(monitor_.view().up);
  EXPECT_TRUE(monitor_.view().mismatch);
  EXPECT_THAT(monitor_.view().problem, ::testing::HasSubstr("does not have this network"));
  EXPECT_FALSE(channel_->open);
  EXPECT_EQ(monitor_.take_events().at(0).kind, LinkEvent::Kind::mismatch);
  monitor_.tick();
  EXPECT_EQ(tried_.back(), "b");
}

TEST_F(LinkMonitorTest, NoticesADeadPeerWithin250MsOfIdleTime) {
  come_up();
  pass(milliseconds(90));
  EXPECT_TRUE(channel_->sent.empty());
  pass(milliseconds(20));
  ASSERT_EQ(channel_->sent.size(), 1u) << "a ping after 100 ms of silence";
  pass(milliseconds(120));
  EXPECT_TRUE(monitor_.view().up);
  const auto dead = channel_;
  pass(milliseconds(40));
  EXPECT_FALSE(monitor_.view().up);
  EXPECT_FALSE(dead->open);
}

TEST_F(LinkMonitorTest, StaysUpWhileThePeerAnswersPings) {
  come_up();
  for (int ping = 0; ping < 20; ++ping) {
    pass(milliseconds(110));
    answer_ping();
  }
  EXPECT_TRUE(monitor_.view().up);
}

TEST_F(LinkMonitorTest, IsPatientWhileItsOwnBytesClogTheLink) {
  come_up();
  const auto id = monitor_.ask(transport::Request{}, 10000, [](LinkReply) {});
  ASSERT_TRUE(id);
  clock_.advance(seconds(1));
  monitor_.cancel(*id, true);  // 10 kB/s at most: another second for what is under way
  pass(milliseconds(600));
  EXPECT_TRUE(monitor_.view().up);
  EXPECT_GT(monitor_.view().backlog, milliseconds(500));
  pass(seconds(6));
  EXPECT_FALSE(monitor_.view().up);
}

TEST_F(LinkMonitorTest, HandsRepliesToWhoAskedAndForgetsWhoCancelled) {
  come_up();
  int first = 0, second = 0;
  const auto a = monitor_.ask(transport::Request{}, 100, [&](LinkReply) { ++first; });
  const auto b = monitor_.ask(transport::Request{}, 100, [&](LinkReply) { ++second; });
  monitor_.cancel(*b, false);
  EXPECT_TRUE(std::holds_alternative<transport::Cancel>(channel_->sent.back().body));
  peer_says(transport::Answer{}, *b);
  peer_says(transport::Answer{}, *a);
  peer_says(transport::Answer{}, *a);
  peer_says(transport::Answer{}, 4711);
  EXPECT_EQ(first, 1);
  EXPECT_EQ(second, 0);
}

TEST_F(LinkMonitorTest, TellsEveryoneWhoWaitsThatTheConnectionWasLost) {
  come_up();
  std::string lost;
  monitor_.ask(transport::Request{}, 100, [&](LinkReply reply) { lost = reply.lost; });
  listener_->on_closed("reset by peer");
  EXPECT_EQ(lost, "reset by peer");
  EXPECT_FALSE(monitor_.view().up);
  EXPECT_EQ(monitor_.view().problem, "reset by peer");
}

TEST_F(LinkMonitorTest, MeasuresTheLinkFromAnswersAndRemembersTheQueue) {
  come_up();
  EXPECT_FALSE(monitor_.view().tried);
  const auto id = monitor_.ask(transport::Request{}, 100000, {});
  listener_->on_sent(*id, 100000, clock_.now());
  clock_.advance(milliseconds(120));
  transport::Answer answer;
  answer.compute = milliseconds(20);
  answer.queue = milliseconds(30);
  peer_says(answer, *id);
  const LinkView view = monitor_.view();
  EXPECT_TRUE(view.tried);
  ASSERT_TRUE(view.measured);
  EXPECT_NEAR(view.measured->uplink_bytes_per_s, 1e6, 0.1e6);
  EXPECT_EQ(view.edge_queue, milliseconds(30));
  clock_.advance(milliseconds(10));
  EXPECT_EQ(monitor_.view().edge_queue, milliseconds(20)) << "a queue drains";
}

TEST_F(LinkMonitorTest, OpensNothingNewAtAnEdgeThatDrains) {
  come_up();
  peer_says(transport::Draining{});
  EXPECT_TRUE(monitor_.view().draining);
  EXPECT_TRUE(monitor_.view().up);
}

TEST_F(LinkMonitorTest, NeverConnectsAgainOnceShutDown) {
  come_up();
  monitor_.shut_down("over");
  pass(seconds(5));
  EXPECT_EQ(connects_, 1);
  EXPECT_FALSE(monitor_.view().up);
}

}  // namespace
}  // namespace branchline::runtime
