#include "transport/session.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "tests/support/fake_clock.h"

namespace branchline::transport {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// A channel that only notes what is sent; the test plays the edge.
class PlayedChannel final : public Channel {
 public:
  explicit PlayedChannel(const TimeSource& clock) : clock_(clock), heard_(clock.now()) {}
  bool send(Message message) override {
    if (open) sent.push_back(std::move(message));
    return open;
  }
  void close(const std::string&) override { open = false; }
  bool is_open() const override { return open; }
  std::string peer() const override { return "played"; }
  Duration silent_for() const override { return clock_.now() - heard_; }
  Duration still_for() const override { return std::min(silent_for(), clock_.now() - moved); }
  void hear() { heard_ = clock_.now(); }

  std::vector<Message> sent;
  bool open = true;
  TimePoint moved{};

 private:
  const TimeSource& clock_;
  TimePoint heard_;
};

struct Notes final : SessionListener {
  std::string judge(const Endpoint&, const Welcome& welcome) override {
    return welcome.software == "misfit" ? "it does not fit" : "";
  }
  void on_up(const Endpoint& edge, const Welcome&) override { news.push_back("up " + edge.host); }
  void on_down(const Endpoint& edge, const std::string& reason) override {
    news.push_back("down " + edge.host);
    last_reason = reason;
  }
  void on_failed(const Endpoint& edge, const std::string&, bool misfit) override {
    news.push_back((misfit ? "misfit " : "failed ") + edge.host);
  }
  void on_ping(std::uint64_t id) override { pings.push_back(id); }
  void on_reply(Message message, const Arrival&) override { ++replies[message.id]; }
  void on_lost(std::uint64_t id, const std::string&) override { ++lost[id]; }

  std::vector<std::string> news;
  std::string last_reason;
  std::vector<std::uint64_t> pings;
  std::map<std::uint64_t, int> replies, lost;
};

/// Three edges a, b, c in virtual time; each channel's edge is played by the test, and answers
/// pings unless it is `dead`.
class SessionTest : public ::testing::Test {
 protected:
  struct Edge {
    std::shared_ptr<PlayedChannel> channel;
    std::shared_ptr<ChannelListener> listener;
    int connects = 0;
    bool there = true;
    bool dead = false;
    bool pongs = true;
    Duration pong_after{0};
    std::vector<std::pair<TimePoint, std::uint64_t>> pings;  ///< to be answered then
    Refusal refuses = Refusal::failed;                       ///< failed: it does not
    std::string software = "edge";
  };

  SessionTest() { make({{"a", 1}, {"b", 1}, {"c", 1}}); }

  void make(std::vector<Endpoint> edges) {
    Session::Setup setup;
    setup.edges = std::move(edges);
    setup.listener = notes_;
    setup.connect = [this](const Endpoint& endpoint, const Hello&, auto listener) {
      Edge& edge = edges_[endpoint.host];
      ++edge.connects;
      edge.channel = std::make_shared<PlayedChannel>(clock_);
      edge.listener = std::move(listener);
      return edge.channel;
    };
    session_ = std::make_shared<Session>(std::move(setup), clock_);
  }

  void says(Edge& edge, Body body, std::uint64_t id = 0) {
    if (!edge.channel->open) return;
    edge.channel->hear();
    edge.listener->on_message({id, std::move(body)}, Arrival{clock_.now(), clock_.now(), 64});
  }

  /// What the edges do by themselves: welcome or refuse who connects, answer pings.
  void play(Edge& edge) {
    if (!edge.channel || !edge.channel->open || edge.dead) return;
    if (!edge.there) {
      edge.channel->open = false;
      return edge.listener->on_closed("nobody listens");
    }
    if (!welcomed_[edge.channel.get()]) {
      welcomed_[edge.channel.get()] = edge.channel;
      Welcome welcome;
      welcome.software = edge.software;
      if (edge.refuses != Refusal::failed) return says(edge, Refused{edge.refuses, "no", {}});
      says(edge, welcome);
    }
    const auto answered =
        std::partition(edge.pings.begin(), edge.pings.end(),
                       [this](const auto& ping) { return ping.first > clock_.now(); });
    for (auto ping = answered; ping != edge.pings.end(); ++ping) says(edge, Pong{}, ping->second);
    edge.pings.erase(answered, edge.pings.end());
    for (const Message& message : std::exchange(edge.channel->sent, {})) {
      if (std::holds_alternative<Ping>(message.body) && edge.pongs) {
        if (edge.pong_after == Duration{0}) {
          says(edge, Pong{}, message.id);
        } else {
          edge.pings.emplace_back(clock_.now() + edge.pong_after, message.id);
        }
      }
      if (std::holds_alternative<Request>(message.body)) asked_.push_back(message.id);
    }
  }
  void pass(Duration time) {
    for (Duration gone{0}; gone < time; gone += milliseconds(5)) {
      session_->tick();
      for (auto& [host, edge] : edges_) play(edge);
      clock_.advance(milliseconds(5));
    }
  }
  void lose(Edge& edge) {
    edge.channel->open = false;
    edge.listener->on_closed("reset");
  }
  std::uint64_t ask(Duration budget, std::uint64_t bytes = 0) {
    Request request;
    request.budget = budget;
    const std::uint64_t id = session_->new_id();
    EXPECT_TRUE(session_->ask(id, std::move(request), bytes));
    return id;
  }
  std::string in_use() const { return session_->view().up ? session_->view().edge : "none"; }

  testing::FakeClock clock_;
  std::map<std::string, Edge> edges_;
  std::map<PlayedChannel*, std::shared_ptr<PlayedChannel>> welcomed_;
  std::vector<std::uint64_t> asked_;
  std::shared_ptr<Notes> notes_ = std::make_shared<Notes>();
  std::shared_ptr<Session> session_;
};

TEST_F(SessionTest, UsesTheFirstEdgeAndKeepsTheNextAsASpare) {
  pass(milliseconds(50));
  EXPECT_EQ(in_use(), "a:1");
  EXPECT_NE(session_->view().spare, 0u);
  EXPECT_EQ(edges_["b"].connects, 1);
  EXPECT_EQ(edges_["c"].connects, 0);
  pass(seconds(20));
  EXPECT_EQ(notes_->news, std::vector<std::string>{"up a"});
  EXPECT_EQ(edges_["a"].connects + edges_["b"].connects + edges_["c"].connects, 2);
}

TEST_F(SessionTest, TheSpareTakesOverWithoutConnecting) {
  pass(milliseconds(50));
  lose(edges_["a"]);
  EXPECT_EQ(in_use(), "b:1") << "before any tick";
  EXPECT_EQ(notes_->news, (std::vector<std::string>{"up a", "down a", "up b"}));
  EXPECT_EQ(edges_["b"].connects, 1);
}

TEST_F(SessionTest, WhatWasAskedIsLostOnceWithTheConnection) {
  pass(milliseconds(50));
  const auto first = ask(seconds(1)), second = ask(seconds(1));
  says(edges_["a"], Answer{}, first);
  lose(edges_["a"]);
  says(edges_["a"], Answer{}, second);
  pass(seconds(40));
  EXPECT_EQ(notes_->replies[first], 1);
  EXPECT_EQ(notes_->lost[first], 0);
  EXPECT_EQ(notes_->replies[second], 0);
  EXPECT_EQ(notes_->lost[second], 1);
}

TEST_F(SessionTest, GoesBackToThePreferredEdgeOnceItStoodForAWhile) {
  pass(milliseconds(50));
  edges_["a"].there = false;
  lose(edges_["a"]);
  pass(seconds(20));
  EXPECT_EQ(in_use(), "b:1");
  EXPECT_GT(edges_["a"].connects, 3);
  EXPECT_LT(edges_["a"].connects, 20) << "in no hurry while another serves";
  EXPECT_EQ(edges_["c"].connects, 1) << "the spare meanwhile";
  edges_["a"].there = true;
  pass(seconds(7));
  EXPECT_EQ(in_use(), "b:1") << "it may be lost again";
  pass(seconds(4));
  EXPECT_EQ(in_use(), "a:1");
  EXPECT_FALSE(edges_["c"].channel->open) << "one spare is enough";
  EXPECT_TRUE(edges_["b"].channel->open) << "it has become the spare";
}

TEST_F(SessionTest, ABetterEdgeThatFlapsIsNotGoneBackTo) {
  pass(milliseconds(50));
  for (int flap = 0; flap < 10; ++flap) {
    if (edges_["a"].channel->open) lose(edges_["a"]);
    pass(seconds(4));
    EXPECT_EQ(in_use(), "b:1");
  }
}

TEST_F(SessionTest, MovesAwayFromAnEdgeThatDrainsAndLosesNothing) {
  pass(milliseconds(50));
  const auto id = ask(seconds(10));
  says(edges_["a"], Draining{});
  pass(milliseconds(50));
  EXPECT_EQ(in_use(), "b:1");
  EXPECT_TRUE(edges_["a"].channel->open) << "an answer is still to come";
  says(edges_["a"], Answer{}, id);
  EXPECT_EQ(notes_->replies[id], 1);
  pass(milliseconds(50));
  EXPECT_FALSE(edges_["a"].channel->open);
}

TEST_F(SessionTest, StaysWithAnEdgeThatDrainsWhileThereIsNoOther) {
  make({{"a", 1}});
  pass(milliseconds(50));
  says(edges_["a"], Draining{});
  pass(seconds(1));
  EXPECT_TRUE(session_->view().up);
  EXPECT_TRUE(session_->view().draining);
}

TEST_F(SessionTest, FailsOverWithin250MsFromAnIdleEdgeThatDies) {
  pass(milliseconds(50));
  edges_["a"].dead = true;
  edges_["a"].channel->hear();
  pass(milliseconds(230));
  EXPECT_EQ(in_use(), "a:1");
  pass(milliseconds(20));
  EXPECT_EQ(in_use(), "b:1");
}

TEST_F(SessionTest, KnowsByTheDeadlineWhenSomethingIsInFlight) {
  pass(milliseconds(50));
  const auto id = ask(seconds(1));
  edges_["a"].dead = true;
  edges_["a"].channel->hear();
  pass(milliseconds(1000));
  EXPECT_EQ(in_use(), "a:1") << "its last word may be on the way";
  pass(milliseconds(40));
  EXPECT_EQ(in_use(), "b:1");
  EXPECT_EQ(notes_->lost[id], 1);
}

TEST_F(SessionTest, AStreamOfRequestsDoesNotHideADeadEdge) {
  pass(milliseconds(50));
  edges_["a"].dead = true;
  edges_["a"].channel->hear();
  int asked = 0;
  for (; asked < 100 && in_use() == "a:1"; ++asked) {
    const auto id = ask(milliseconds(100));
    pass(milliseconds(30));
    session_->cancel(id);
  }
  EXPECT_LE(asked, 9);
}

/// Its kernel acknowledges whatever comes until it is full.
TEST_F(SessionTest, AStreamOfUploadsDoesNotHideADeadEdge) {
  pass(milliseconds(50));
  edges_["a"].dead = true;
  edges_["a"].channel->hear();
  const auto pinged = [this] {
    const auto& sent = edges_["a"].channel->sent;
    return std::any_of(sent.begin(), sent.end(), [](const Message& message) {
      return std::holds_alternative<Ping>(message.body);
    });
  };
  session_->set_uplink(10e6);
  int asked = 0;
  for (; asked < 100 && in_use() == "a:1"; ++asked) {
    const auto id = ask(milliseconds(100), 2000);
    if (!pinged()) edges_["a"].channel->moved = clock_.now();  // what follows a ping is no sign
    pass(milliseconds(30));
    session_->cancel(id);
  }
  EXPECT_LE(asked, 12);
}

TEST_F(SessionTest, ALongRoundTripIsNoDeath) {
  edges_["a"].pong_after = edges_["b"].pong_after = milliseconds(600);
  pass(seconds(30));
  EXPECT_EQ(in_use(), "a:1");
  EXPECT_EQ(notes_->news, std::vector<std::string>{"up a"});
  EXPECT_EQ(edges_["a"].connects + edges_["b"].connects, 2);
}

TEST_F(SessionTest, AnEdgeThatTalksButLeavesPingsUnansweredPilesNoneUp) {
  pass(milliseconds(50));
  edges_["a"].pongs = false;
  for (int i = 0; i < 100; ++i) {
    says(edges_["a"], Credit{8, 0});
    pass(milliseconds(110));
  }
  EXPECT_EQ(in_use(), "a:1");
  ASSERT_GT(notes_->pings.size(), 50u);
  int open = 0;
  for (const std::uint64_t id : notes_->pings) {
    EXPECT_LE(notes_->replies[id] + notes_->lost[id], 1);
    open += notes_->replies[id] + notes_->lost[id] == 0 ? 1 : 0;
  }
  EXPECT_LE(open, 1);
}

TEST_F(SessionTest, AnUploadThatMovesIsAlive) {
  pass(milliseconds(50));
  ask(milliseconds(100), 3 << 20);
  edges_["a"].dead = true;  // answers nothing: the ping is behind the upload
  for (int i = 0; i < 300; ++i) {
    edges_["a"].channel->moved = clock_.now();
    pass(milliseconds(100));
  }
  EXPECT_EQ(in_use(), "a:1");
  pass(seconds(10));
  EXPECT_EQ(in_use(), "b:1");
}

TEST_F(SessionTest, WhatAProxyHoldsIsWaitedForAtTheMeasuredSpeed) {
  pass(milliseconds(50));
  session_->set_uplink(1e6);
  ask(milliseconds(10), 100'000);
  edges_["a"].dead = true;
  edges_["a"].channel->hear();
  edges_["a"].channel->moved = clock_.now();
  pass(milliseconds(900 / 5));
  EXPECT_EQ(in_use(), "a:1");
  pass(milliseconds(100));
  EXPECT_EQ(in_use(), "b:1");
}

TEST_F(SessionTest, AFrozenSpareIsNoticedAndReplaced) {
  pass(milliseconds(50));
  edges_["b"].dead = true;
  pass(seconds(3));
  EXPECT_EQ(in_use(), "a:1");
  EXPECT_NE(session_->view().spare, 0u);
  EXPECT_EQ(edges_["c"].connects, 1);
}

TEST_F(SessionTest, AnUnhurriedAttemptDoesNotHoldUpOneThatIsNeeded) {
  edges_["b"].dead = true;  // takes connections, says nothing
  pass(milliseconds(50));
  EXPECT_EQ(edges_["b"].connects, 1);
  EXPECT_EQ(edges_["c"].connects, 0);
  lose(edges_["a"]);
  pass(milliseconds(20));
  EXPECT_EQ(in_use(), "c:1");
}

TEST_F(SessionTest, AMisfitIsToldAndPassedOver) {
  edges_["a"].software = "misfit";
  pass(milliseconds(50));
  EXPECT_EQ(in_use(), "b:1");
  EXPECT_EQ(notes_->news, (std::vector<std::string>{"misfit a", "up b"}));
  pass(seconds(2));
  EXPECT_EQ(edges_["a"].connects, 1);
}

TEST_F(SessionTest, OnlyARefusalThatWouldComeAgainIsAMisfit) {
  for (const Refusal why : {Refusal::unknown_model, Refusal::incompatible, Refusal::denied,
                            Refusal::overloaded, Refusal::draining}) {
    notes_->news.clear();
    edges_.clear();
    edges_["a"].refuses = why;
    make({{"a", 1}});
    pass(milliseconds(20));
    const bool again = why == Refusal::overloaded || why == Refusal::draining;
    EXPECT_EQ(notes_->news, std::vector<std::string>{again ? "failed a" : "misfit a"});
    EXPECT_EQ(session_->view().misfit, !again);
    EXPECT_EQ(session_->view().problem, "no");
  }
}

TEST_F(SessionTest, WhatAnEdgeSaysBeforeItClosesIsTheReason) {
  pass(milliseconds(50));
  const auto id = ask(seconds(1));
  says(edges_["a"], Refused{Refusal::overloaded, "the server is full", {}});
  EXPECT_EQ(in_use(), "a:1") << "answers may still come";
  says(edges_["a"], Answer{}, id);
  EXPECT_EQ(notes_->replies[id], 1);
  lose(edges_["a"]);
  EXPECT_EQ(notes_->last_reason, "the server is full");
}

TEST_F(SessionTest, ComesBackWhenTheOnlyEdgeRestarts) {
  make({{"a", 1}});
  pass(milliseconds(50));
  edges_["a"].there = false;
  lose(edges_["a"]);
  pass(seconds(30));
  EXPECT_EQ(in_use(), "none");
  EXPECT_EQ(session_->view().problem, "nobody listens");
  edges_["a"].there = true;
  pass(milliseconds(1010));
  EXPECT_EQ(in_use(), "a:1");
}

TEST_F(SessionTest, ARequestThatIsNeverAnsweredIsGivenUp) {
  pass(milliseconds(50));
  const auto id = ask(milliseconds(100));
  pass(seconds(29));
  EXPECT_EQ(notes_->lost[id], 0);
  pass(seconds(2));
  EXPECT_EQ(notes_->lost[id], 1);
  EXPECT_EQ(in_use(), "a:1") << "it answers pings";
}

TEST_F(SessionTest, ACancelThatTookItsRequestBackEndsIt) {
  pass(milliseconds(50));
  const auto id = ask(seconds(1));
  session_->cancel(id);
  EXPECT_TRUE(std::holds_alternative<Cancel>(edges_["a"].channel->sent.back().body));
  edges_["a"].listener->on_dropped(id);
  edges_["a"].listener->on_dropped(id);
  EXPECT_EQ(notes_->lost[id], 1);
}

TEST_F(SessionTest, ShutDownLosesWhatWaitsAndIsFinal) {
  pass(milliseconds(50));
  const auto id = ask(seconds(1));
  session_->shut_down("over");
  EXPECT_EQ(notes_->lost[id], 1);
  EXPECT_FALSE(edges_["a"].channel->open);
  EXPECT_FALSE(edges_["b"].channel->open);
  pass(seconds(5));
  EXPECT_EQ(edges_["a"].connects, 1);
  EXPECT_FALSE(session_->ask(session_->new_id(), Ping{}, 0));
}

}  // namespace
}  // namespace branchline::transport
