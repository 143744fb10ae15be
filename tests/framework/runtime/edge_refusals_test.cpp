// What an edge says no to, and what becomes of work that nobody waits for.
#include <gmock/gmock.h>

#include "edge_questions.h"

namespace branchline::runtime {
namespace {

using namespace std::chrono_literals;
using namespace branchline::testing;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using transport::Refusal;

TEST(EdgeService, SaysWhichNetworksItHasToADeviceWithAnother) {
  const EdgeService edge = EdgeService::open(tiny_options());
  EdgeClient client(edge.port(), {"0123456789abcdef"});
  ASSERT_TRUE(client.greeting());
  const auto refused = refusal(client.greeting());
  EXPECT_EQ(refused.why, Refusal::unknown_model);
  EXPECT_THAT(refused.sentence, HasSubstr("0123456789abcdef"));
  EXPECT_THAT(refused.sentence, HasSubstr(tiny_model()->digest()));
}

TEST(EdgeService, AFloodOfRefusalsLogsAFewLinesThatForgeNothing) {
  EdgeOptions options = tiny_options();
  std::mutex mutex;
  std::vector<std::string> lines;
  options.log = [&](int, const std::string& text) {
    const std::lock_guard lock(mutex);
    if (text.find("refused") != std::string::npos) lines.push_back(text);
  };
  const EdgeService edge = EdgeService::open(options);
  EdgeClient client(edge.port());
  transport::Prepare prepare;
  prepare.plan.digest = "a\nforged line \x1b[2J" + std::string(4000, 'x');
  prepare.plan.stages = {{Tier::edge, {{0, 1}}}};
  for (int i = 0; i < 200; ++i) {
    ASSERT_EQ(refusal(client.ask(prepare)).why, Refusal::unknown_model);
  }
  const std::lock_guard lock(mutex);
  ASSERT_FALSE(lines.empty());
  EXPECT_LT(lines.size(), 100u);
  for (const std::string& line : lines) {
    EXPECT_LT(line.size(), 600u);
    EXPECT_EQ(line.find_first_of("\n\x1b"), std::string::npos) << line;
  }
}

TEST_F(EdgeServiceTest, AnswersNotReadyAtOnceAndCompiles) {
  const Question asked = question(1, 0);
  EXPECT_EQ(refusal(client_.ask(request_of(asked))).why, Refusal::not_ready);
  expect_served(client_, asked);
}

TEST_F(EdgeServiceTest, RefusesWhatCannotBeInTime) {
  const Question asked = question(2, 0);
  prepare(client_, asked.plan);
  EXPECT_EQ(refusal(client_.ask(request_of(asked, 0ns))).why, Refusal::expired);
  EXPECT_THAT(refusal(client_.ask(request_of(asked, 20us))).why,
              AnyOf(Refusal::expired, Refusal::overloaded));
  expect_answer(client_.ask(request_of(asked, Duration::max())), asked);
}

TEST_F(EdgeServiceTest, RefusesRequestsThatMakeNoSense) {
  const Question good = question(1, 0);
  prepare(client_, good.plan);

  transport::Request request = request_of(good);
  request.plan.digest = "nobody's";
  EXPECT_EQ(refusal(client_.ask(request)).why, Refusal::unknown_model);

  request = request_of(good);
  request.tensors.clear();
  EXPECT_THAT(refusal(client_.ask(request)).sentence, HasSubstr("did not come"));

  request = request_of(good);
  request.plan.exit = 9;
  EXPECT_EQ(refusal(client_.ask(request)).why, Refusal::bad_request);

  request = request_of(good);
  request.tensors[0].encoded.codec = transport::Codec::png;  // the payload is none
  EXPECT_EQ(refusal(client_.ask(request)).why, Refusal::bad_request);

  transport::ProfileQuery query{good.plan, 1, 1'000'000};
  EXPECT_EQ(refusal(client_.ask(query)).why, Refusal::bad_request);

  expect_answer(client_.ask(request_of(good)), good);
}

TEST_F(EdgeServiceTest, WhatGoesBeyondTheCreditWaitsForItsTurn) {
  ASSERT_TRUE(client_.welcomed());
  const auto credit = std::get<transport::Welcome>(*client_.greeting()).max_in_flight;
  ASSERT_GT(credit, 0u);
  const Question asked = question(2, 0);
  // Slices that compile keep profile queries unanswered.
  std::vector<std::uint64_t> ids;
  for (std::uint32_t i = 0; i < credit + 20; ++i) {
    ids.push_back(client_.send(transport::ProfileQuery{asked.plan, 0, 1}));
  }
  for (const std::uint64_t id : ids) {
    const auto reply = client_.reply(id);
    ASSERT_TRUE(reply);
    EXPECT_TRUE(std::holds_alternative<transport::ProfileReply>(*reply)) << id;
  }
}

TEST_F(EdgeServiceTest, CancelledWorkIsNotAnswered) {
  const Question asked = question(2, 0);
  const std::uint64_t id = client_.send(transport::ProfileQuery{asked.plan, 1000, 1000});
  client_.send(transport::Cancel{}, id);
  EXPECT_EQ(refusal(client_.reply(id)).why, Refusal::cancelled);
}

TEST_F(EdgeServiceTest, ForgetsTheWorkOfAClientThatLeft) {
  {
    EdgeClient leaver(edge_.port());
    const Question asked = question(2, 0);
    for (int i = 0; i < 20; ++i) leaver.send(transport::ProfileQuery{asked.plan, 1000, 1000});
    leaver.close();
    EXPECT_TRUE(leaver.ended());
  }
  expect_served(client_, question(0, 0));
}

TEST_F(EdgeServiceTest, ClosesOnMessagesThatOnlyAnEdgeSends) {
  client_.send(transport::Answer{});
  EXPECT_TRUE(client_.ended());
}

}  // namespace
}  // namespace branchline::runtime
