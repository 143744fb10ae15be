#include "transport/channel.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <thread>

#include "tests/transport/channel_pairs.h"
#include "tests/transport/sample_messages.h"

namespace branchline::transport::testing {
namespace {

/// What every channel must do, in memory and over TCP.
class ChannelSuite : public ::testing::TestWithParam<ChannelKind> {
 protected:
  std::unique_ptr<ChannelPair> make(const FrameLimits& limits = {}) {
    return make_pair_of(GetParam(), limits);
  }

  static std::vector<Message> own_messages(const ChannelPair& pair, const Recorder& recorder) {
    auto messages = recorder.messages();
    messages.erase(messages.begin(),
                   messages.begin() + static_cast<std::ptrdiff_t>(pair.handshake_messages));
    return messages;
  }
};

INSTANTIATE_TEST_SUITE_P(Channels, ChannelSuite,
                         ::testing::Values(ChannelKind::tcp, ChannelKind::tls,
                                           ChannelKind::loopback),
                         [](const auto& suite) {
                           if (suite.param == ChannelKind::loopback) return "Loopback";
                           return suite.param == ChannelKind::tls ? "Tls" : "Tcp";
                         });

TEST_P(ChannelSuite, CarriesEveryTypeBothWays) {
  auto pair = make();
  const auto messages = one_of_each();  // in the order of their types
  std::size_t expected = pair->handshake_messages;
  for (const Message& message : messages) {
    const Body& body = message.body;
    const bool opening =
        std::holds_alternative<Hello>(body) || std::holds_alternative<Welcome>(body) ||
        std::holds_alternative<Challenge>(body) || std::holds_alternative<Proof>(body);
    if (opening || std::holds_alternative<Cancel>(body)) continue;
    EXPECT_TRUE(pair->near->send(message));
    EXPECT_TRUE(pair->far->send(message));
    ++expected;
  }
  for (const auto& recorder : {pair->near_listener, pair->far_listener}) {
    ASSERT_TRUE(recorder->wait_for_messages(expected)) << recorder->reason();
    for (const Message& arrived : own_messages(*pair, *recorder)) {  // some overtake others
      Message wanted = messages[arrived.body.index()];
      if (auto* request = std::get_if<Request>(&wanted.body)) {
        const Duration left = std::get<Request>(arrived.body).budget;
        EXPECT_LE(left, request->budget);
        request->budget = left;
      }
      EXPECT_TRUE(same_message(arrived, wanted)) << "type " << arrived.body.index() + 1;
    }
  }
}

TEST_P(ChannelSuite, CarriesBigTensorsIntact) {
  auto pair = make();
  const Message big = sample_request(9, {5'000'000, 1, 3'111'111});
  ASSERT_TRUE(pair->near->send(big));
  ASSERT_TRUE(pair->far_listener->wait_for_messages(1 + pair->handshake_messages));
  Message arrived = own_messages(*pair, *pair->far_listener).front();
  std::get<Request>(arrived.body).budget = std::get<Request>(big.body).budget;
  EXPECT_TRUE(same_message(arrived, big));
  for (const WireTensor& tensor : std::get<Request>(arrived.body).tensors) {
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(tensor.encoded.payload.get()) % 64, 0u);
  }
  const Arrival arrival = pair->far_listener->arrivals().back();
  EXPECT_EQ(arrival.frame_bytes, frame_bytes_of(big).size());
  EXPECT_LE(arrival.first_byte, arrival.complete);
}

TEST_P(ChannelSuite, AnswersInAnyOrder) {
  auto pair = make();
  constexpr std::uint64_t kRequests = 200;
  std::vector<std::uint64_t> waiting;
  pair->far_listener->react = [&](const Message& message) {
    waiting.push_back(message.id);
    if (waiting.size() < kRequests) return;
    for (auto id = waiting.rbegin(); id != waiting.rend(); ++id) {
      pair->far->send({*id, Answer{}});
    }
  };
  for (std::uint64_t id = 1; id <= kRequests; ++id) {
    ASSERT_TRUE(pair->near->send(sample_request(id, {id * 10})));
  }
  ASSERT_TRUE(pair->near_listener->wait_for_messages(kRequests + pair->handshake_messages));
  std::uint64_t expected = kRequests;
  for (const Message& answer : own_messages(*pair, *pair->near_listener)) {
    EXPECT_EQ(answer.id, expected--);
  }
}

TEST_P(ChannelSuite, TellsWhatWasSent) {
  auto pair = make();
  ASSERT_TRUE(pair->near->send(sample_request(41, {100'000})));
  ASSERT_TRUE(pair->near->send({42, Ping{}}));
  ASSERT_TRUE(pair->near_listener->wait_for_sent(2 + pair->handshake_messages));
  std::map<std::uint64_t, std::uint64_t> bytes;
  for (const auto& frame : pair->near_listener->sent()) bytes[frame.id] = frame.bytes;
  EXPECT_EQ(bytes[41], frame_bytes_of(sample_request(41, {100'000})).size());
  EXPECT_EQ(bytes[42], 64u);
}

TEST_P(ChannelSuite, ManyThreadsSendAtOnce) {
  auto pair = make();
  constexpr std::uint64_t kThreads = 4;
  constexpr std::uint64_t kEach = 300;
  std::vector<std::thread> threads;
  for (std::uint64_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&pair, t] {
      for (std::uint64_t i = 0; i < kEach; ++i) {
        const std::uint64_t id = t * kEach + i;
        const auto bytes = static_cast<std::size_t>(id % 7 == 0 ? 70'000 : id % 500);
        auto& from = i % 2 == 0 ? pair->near : pair->far;
        while (!from->send(sample_request(id, {bytes}))) std::this_thread::yield();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  const std::size_t expected = kThreads * kEach / 2 + pair->handshake_messages;
  std::map<std::uint64_t, int> seen;
  for (const auto& recorder : {pair->near_listener, pair->far_listener}) {
    ASSERT_TRUE(recorder->wait_for_messages(expected)) << recorder->reason();
    for (const Message& message : own_messages(*pair, *recorder)) {
      ++seen[message.id];
      Message wanted = sample_request(
          message.id, {static_cast<std::size_t>(message.id % 7 == 0 ? 70'000 : message.id % 500)});
      std::get<Request>(wanted.body).budget = std::get<Request>(message.body).budget;
      EXPECT_TRUE(same_message(message, wanted));
    }
  }
  EXPECT_EQ(seen.size(), kThreads * kEach);
}

TEST_P(ChannelSuite, CloseIsHeardOnceByBothAndIsLast) {
  auto pair = make();
  for (std::uint64_t id = 0; id < 50; ++id) pair->near->send(sample_request(id, {20'000}));
  pair->near->close("enough");
  pair->near->close("enough again");
  EXPECT_FALSE(pair->near->is_open());
  EXPECT_FALSE(pair->near->send({1, Ping{}}));
  ASSERT_TRUE(pair->near_listener->wait_until_closed());
  ASSERT_TRUE(pair->far_listener->wait_until_closed());
  EXPECT_EQ(pair->near_listener->reason(), "enough");
  EXPECT_FALSE(pair->far_listener->reason().empty());
  EXPECT_FALSE(pair->far->send({1, Ping{}}));
  pair->io.reset();
  for (const auto& recorder : {pair->near_listener, pair->far_listener}) {
    EXPECT_EQ(recorder->times_closed(), 1);
    EXPECT_EQ(recorder->calls_after_close(), 0);
  }
}

TEST_P(ChannelSuite, WhatWasQueuedBeforeCloseStillArrives) {
  auto pair = make();
  pair->near->send({5, Refused{Refusal::draining, "going down", Duration{0}}});
  pair->near->close("done");
  ASSERT_TRUE(pair->far_listener->wait_until_closed());
  const auto messages = own_messages(*pair, *pair->far_listener);
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_EQ(std::get<Refused>(messages[0].body).sentence, "going down");
}

TEST_P(ChannelSuite, WhatTheSocketHadNoRoomForStillArrivesAfterClose) {
  auto pair = make();
  pair->near->send(sample_request(5, {8'000'000}));
  pair->near->close("done");
  ASSERT_TRUE(pair->far_listener->wait_until_closed());
  EXPECT_EQ(own_messages(*pair, *pair->far_listener).size(), 1u);
}

TEST_P(ChannelSuite, GoesDownWithItsThreadAndMayOutliveIt) {
  auto pair = make();
  pair->server.reset();
  pair->io.reset();
  EXPECT_EQ(pair->near_listener->times_closed(), 1);
  EXPECT_EQ(pair->far_listener->times_closed(), 1);
  EXPECT_FALSE(pair->near->is_open());
  EXPECT_FALSE(pair->near->send({1, Ping{}}));
}

TEST_P(ChannelSuite, RefusesAFrameAboveTheCapBeforeSendingIt) {
  FrameLimits limits;
  limits.max_frame_bytes = 10'000;
  auto pair = make(limits);
  EXPECT_FALSE(pair->near->send(sample_request(1, {10'000})));
  EXPECT_TRUE(pair->near->send(sample_request(2, {9'000})));
  ASSERT_TRUE(pair->far_listener->wait_for_messages(1 + pair->handshake_messages));
  EXPECT_EQ(own_messages(*pair, *pair->far_listener).front().id, 2u);
}

TEST_P(ChannelSuite, RefusesAMessageThatBreaksTheFormat) {
  auto pair = make();
  Message message = sample_request(1, {});
  std::get<Request>(message.body).plan.exit = -1;
  EXPECT_FALSE(pair->near->send(message));
  EXPECT_TRUE(pair->near->is_open());
}

/// A client's end without more credit than `credit`; the far end keeps what arrives unanswered.
std::unique_ptr<ChannelPair> pair_with_credit(ChannelKind kind, const Credit& credit) {
  auto pair = make_pair_of(kind);
  pair->far->send({0, credit});
  EXPECT_TRUE(pair->near_listener->wait_for_messages(++pair->handshake_messages));
  return pair;
}

TEST_P(ChannelSuite, RequestsBeyondTheCreditWaitUntilAnAnswerComes) {
  auto pair = pair_with_credit(GetParam(), {2, 0});
  const std::size_t before = pair->far_listener->messages().size();
  for (std::uint64_t id = 1; id <= 5; ++id) ASSERT_TRUE(pair->near->send(sample_request(id, {9})));
  pair->near->send({9, Ping{}});  // overtakes
  ASSERT_TRUE(pair->far_listener->wait_for_messages(before + 3));
  std::set<std::uint64_t> arrived;
  for (std::size_t i = 0; i < 3; ++i) {
    arrived.insert(pair->far_listener->messages()[before + i].id);
  }
  EXPECT_EQ(arrived, (std::set<std::uint64_t>{1, 2, 9}));
  pair->near->send({4, Cancel{}});  // takes it back
  for (const std::uint64_t id : {2u, 1u, 3u}) {
    pair->far->send({id, id == 1 ? Body(Refused{}) : Body(Answer{})});
  }
  ASSERT_TRUE(pair->far_listener->wait_for_messages(before + 5));
  EXPECT_EQ(pair->far_listener->messages()[before + 3].id, 3u);
  EXPECT_EQ(pair->far_listener->messages()[before + 4].id, 5u);
}

TEST_P(ChannelSuite, ALargerCreditLetsGoWhatWaits) {
  auto pair = pair_with_credit(GetParam(), {1, 0});
  const std::size_t before = pair->far_listener->messages().size();
  for (std::uint64_t id = 1; id <= 5; ++id) ASSERT_TRUE(pair->near->send(sample_request(id, {9})));
  pair->far->send({0, Credit{5, 0}});
  EXPECT_TRUE(pair->far_listener->wait_for_messages(before + 5));
}

TEST_P(ChannelSuite, PayloadsCarryChecksumsWhenBothAnnouncedThem) {
  for (const bool both : {false, true}) {
    const std::uint64_t near = capability::kPayloadChecksum | 1u << 20;
    const std::uint64_t far = both ? capability::kPayloadChecksum : 0;
    auto pair = make_pair_of(GetParam(), {}, {near, far});
    if (pair->handshake_messages == 0) {
      pair->near->send({0, Hello{"test", {}, near, 0}});
      ASSERT_TRUE(pair->far_listener->wait_for_messages(1));
      Welcome welcome;
      welcome.capabilities = far;
      pair->far->send({0, welcome});
      ASSERT_TRUE(pair->near_listener->wait_for_messages(1));
    }
    EXPECT_EQ(std::get<Welcome>(pair->near_listener->messages().back().body).capabilities, far);
    pair->near->send(sample_request(1, {100'000, 7}));
    ASSERT_TRUE(pair->far_listener->wait_for_messages(2));
    EXPECT_EQ(pair->far_listener->arrivals().back().payload_checksum, both);
    pair->far->send({1, Answer{{}, {}, {}, {}, {counting_tensor(50'000, 3)}}});
    ASSERT_TRUE(pair->near_listener->wait_for_messages(2));
    EXPECT_EQ(pair->near_listener->arrivals().back().payload_checksum, both);
  }
}

}  // namespace
}  // namespace branchline::transport::testing
