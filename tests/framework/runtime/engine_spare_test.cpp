#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>

#include "tests/framework/runtime/scripted_edge.h"
#include "tests/framework/runtime/tiny_engine.h"
#include "tests/support/eventually.h"

namespace branchline {
namespace {

using namespace testing;

/// A first edge that behaves as the test says, and a second one that is as it should be.
class EngineWithASpareEdge : public ::testing::Test {
 protected:
  Engine open(bool hedge = false) {
    Options options = options_for({first_.address(), address_of(second_)});
    options.hedge = hedge;
    return Engine::open(tiny_file(), options);
  }

  void expect_answer_of_the_second(const Result& result, SentAgain sent_again) {
    EXPECT_EQ(result.outcome, Outcome::ok) << result.explain();
    EXPECT_EQ(result.plan.place, Place::edge) << result.explain();
    EXPECT_FALSE(result.fell_back()) << result.explain();
    EXPECT_EQ(result.why, Why::forced) << result.explain();
    EXPECT_EQ(result.sent_again, sent_again) << result.explain();
    EXPECT_EQ(result.link.edge, address_of(second_));
    EXPECT_LT(error_of(result, picture_), 0.01);
  }

  const Picture picture_;
  ScriptedEdge first_{tiny_digest()};
  EdgeService second_ = tiny_edge();
};

TEST_F(EngineWithASpareEdge, SendsAgainWhenTheFirstDiesWithARequestInFlight) {
  Engine engine = open();
  ASSERT_TRUE(has_spare(engine));
  EXPECT_EQ(engine.status().spare, address_of(second_));
  first_.on_request([](transport::Channel& channel, const auto&) { channel.close("killed"); });
  const Result result = engine.infer(picture_.on(Place::edge));
  expect_answer_of_the_second(result, SentAgain::failover);
  EXPECT_THAT(result.explain(), ::testing::HasSubstr("sent again to the spare edge"));
  EXPECT_EQ(engine.status().failed_over, 1u);
  EXPECT_EQ(second_.status().answered, 1u);
}

TEST_F(EngineWithASpareEdge, GoesOnWithTheSecondAtOnceAfterTheFirstDied) {
  Engine engine = open();
  ASSERT_TRUE(has_spare(engine));
  first_.on_request([](transport::Channel& channel, const auto&) { channel.close("killed"); });
  engine.infer(picture_.on(Place::edge));
  const Result next = engine.infer(picture_.on(Place::edge));
  expect_answer_of_the_second(next, SentAgain::no);
}

TEST_F(EngineWithASpareEdge, SendsAgainWhenTheFirstRefusesForWantOfRoom) {
  using transport::Refusal;
  Engine engine = open();
  ASSERT_TRUE(has_spare(engine));
  for (const Refusal refusal : {Refusal::overloaded, Refusal::not_ready}) {
    first_.on_request([refusal](transport::Channel& channel, const transport::Message& message) {
      channel.send({message.id, transport::Refused{refusal, "the script says so", Duration{0}}});
    });
    expect_answer_of_the_second(engine.infer(picture_.on(Place::edge)), SentAgain::failover);
    ASSERT_TRUE(has_spare(engine));
  }
}

TEST(EngineWithTwoBusyEdges, SaysThatItAskedBothWhenBothRefused) {
  ScriptedEdge first(tiny_digest()), second(tiny_digest());
  for (ScriptedEdge* edge : {&first, &second}) {
    edge->on_request([](transport::Channel& channel, const transport::Message& message) {
      channel.send({message.id, transport::Refused{transport::Refusal::overloaded, "busy", {}}});
    });
  }
  Engine engine = Engine::open(tiny_file(), options_for({first.address(), second.address()}));
  ASSERT_TRUE(has_spare(engine));
  const Result result = engine.infer(Picture().on(Place::edge));
  EXPECT_EQ(result.why, Why::edge_overloaded) << result.explain();
  EXPECT_EQ(result.sent_again, SentAgain::failover);
  EXPECT_EQ(engine.status().failed_over, 1u);
}

TEST_F(EngineWithASpareEdge, DoesNotSendAgainWhatMakesNoSenseToTheFirst) {
  Engine engine = open();
  ASSERT_TRUE(has_spare(engine));
  first_.on_request([](transport::Channel& channel, const transport::Message& message) {
    channel.send({message.id, transport::Refused{transport::Refusal::bad_request, "no", {}}});
  });
  const Result result = engine.infer(picture_.on(Place::edge));
  EXPECT_EQ(result.why, Why::edge_incompatible) << result.explain();
  EXPECT_EQ(result.sent_again, SentAgain::no);
  EXPECT_EQ(second_.status().answered, 0u);
}

TEST_F(EngineWithASpareEdge, LeavesTheSpareAloneUnlessItMayHedge) {
  Engine engine = open();
  ASSERT_TRUE(has_spare(engine));
  const Result result = engine.infer(picture_.on(Place::edge));
  EXPECT_EQ(result.why, Why::edge_timeout) << result.explain();
  EXPECT_EQ(result.sent_again, SentAgain::no);
  EXPECT_EQ(second_.status().answered, 0u);
}

TEST_F(EngineWithASpareEdge, HedgesWhenTheAnswerIsOverdueAndCancelsTheFirst) {
  Engine engine = open(true);
  ASSERT_TRUE(has_spare(engine));
  const Result result = engine.infer(picture_.on(Place::edge));
  expect_answer_of_the_second(result, SentAgain::hedge);
  EXPECT_TRUE(eventually(kPatience, [&] { return first_.cancels() > 0; }));
  EXPECT_EQ(engine.status().hedged, 1u);
}

TEST_F(EngineWithASpareEdge, DoesNotHedgeAnAnswerThatIsOnTime) {
  first_.on_request([](transport::Channel& channel, const transport::Message& message) {
    const auto& request = std::get<transport::Request>(message.body);
    channel.send({message.id, answer_with({1, 4}, request.plan.outputs.at(0))});
  });
  Engine engine = open(true);
  ASSERT_TRUE(has_spare(engine));
  const Result result = engine.infer(picture_.on(Place::edge));
  EXPECT_EQ(result.why, Why::forced) << result.explain();
  EXPECT_EQ(result.sent_again, SentAgain::no);
  EXPECT_EQ(result.link.edge, first_.address());
}

/// Both edges are scripted: the first answers only once the second was asked, the second never.
TEST(EngineThatHedges, TakesTheFirstEdgesAnswerIfThatComesFirstAndCancelsTheSpare) {
  std::mutex mutex;
  std::shared_ptr<std::function<void()>> answer;
  ScriptedEdge first(tiny_digest()), second(tiny_digest());
  Options options = options_for({first.address(), second.address()});
  options.hedge = true;
  Engine engine = Engine::open(tiny_file(), options);
  ASSERT_TRUE(has_spare(engine));
  first.on_request([&](transport::Channel& channel, const transport::Message& message) {
    const auto& request = std::get<transport::Request>(message.body);
    const std::lock_guard lock(mutex);
    answer = std::make_shared<std::function<void()>>(
        [&channel, id = message.id, value = request.plan.outputs.at(0)] {
          channel.send({id, answer_with({1, 4}, value)});
        });
  });
  second.on_request([&](transport::Channel&, const transport::Message&) {
    const std::lock_guard lock(mutex);
    (*answer)();
  });
  const Result result = engine.infer(Picture().on(Place::edge));
  EXPECT_EQ(result.why, Why::forced) << result.explain();
  EXPECT_EQ(result.sent_again, SentAgain::hedge) << result.explain();
  EXPECT_EQ(result.link.edge, first.address());
  EXPECT_TRUE(eventually(kPatience, [&] { return second.cancels() > 0; }));
  EXPECT_EQ(first.cancels(), 0);
}

}  // namespace
}  // namespace branchline
