// How a session tells a dead edge from a slow one.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/transport/played_edges.h"
#include "transport/session.h"

namespace branchline::transport::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

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

TEST_F(SessionTest, ARequestThatIsNeverAnsweredIsGivenUp) {
  pass(milliseconds(50));
  const auto id = ask(milliseconds(100));
  pass(seconds(29));
  EXPECT_EQ(notes_->lost[id], 0);
  pass(seconds(2));
  EXPECT_EQ(notes_->lost[id], 1);
  EXPECT_EQ(in_use(), "a:1") << "it answers pings";
}

}  // namespace
}  // namespace branchline::transport::testing
