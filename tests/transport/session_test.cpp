#include "transport/session.h"

#include <gtest/gtest.h>

#include "tests/transport/played_edges.h"

namespace branchline::transport::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

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
}  // namespace branchline::transport::testing
