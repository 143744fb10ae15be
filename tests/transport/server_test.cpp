#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "framework/base/error.h"
#include "tests/transport/channel_pairs.h"
#include "tests/transport/sample_messages.h"
#include "transport/asio.h"
#include "transport/channel.h"
#include "transport/frame_format.h"
#include "transport/frame_reader.h"

namespace branchline::transport::testing {
namespace {

using namespace std::chrono_literals;
using tcp = asio::ip::tcp;

/// A server that welcomes everybody, and what it turned away.
class ServerTest : public ::testing::Test {
 protected:
  ServerTest()
      : server_(
            io_, {"127.0.0.1", 0},
            [this](std::shared_ptr<Channel> channel) {
              channel->send({0, Welcome{"edge", {}, {}, 0, 8, Duration{0}, 0, 0, {}}});
              far_ = channel;
              ++connections_;
              return listener_;
            },
            {},
            [this](const std::string&, const std::string& reason) {
              turned_away_.set_value(reason);
            }) {}

  tcp::socket dial() {
    tcp::socket socket(context_);
    socket.connect({asio::ip::address_v4::loopback(), server_.port()});
    return socket;
  }

  /// What the server says until it hangs up.
  static std::vector<Message> rest_of(tcp::socket& socket) {
    std::vector<std::byte> bytes(1 << 20);
    boost::system::error_code error;
    std::size_t count = 0;
    while (!error && count < bytes.size()) {
      count += socket.read_some(asio::buffer(bytes.data() + count, bytes.size() - count), error);
    }
    std::vector<Message> messages;
    FrameReader reader(FrameLimits{}, std::make_shared<BufferPool>());
    std::span<const std::byte> left(bytes.data(), count);
    while (!left.empty() && !reader.fault()) {
      const auto space = reader.space();
      const auto taken = std::min(space.size(), left.size());
      std::copy_n(left.begin(), taken, space.begin());
      left = left.subspan(taken);
      reader.received(taken, Clock::now());
      while (auto incoming = reader.next()) messages.push_back(std::move(incoming->message));
    }
    return messages;
  }

  static void expect_refused(const std::vector<Message>& messages, Refusal why) {
    ASSERT_FALSE(messages.empty());
    const auto* refused = std::get_if<Refused>(&messages.back().body);
    ASSERT_NE(refused, nullptr);
    EXPECT_EQ(refused->why, why) << refused->sentence;
    EXPECT_FALSE(refused->sentence.empty());
  }

  IoThread io_;
  std::shared_ptr<Recorder> listener_ = std::make_shared<Recorder>();
  std::shared_ptr<Channel> far_;
  std::atomic<int> connections_ = 0;
  std::promise<std::string> turned_away_;
  Server server_;
  asio::io_context context_;
};

TEST_F(ServerTest, RefusesWhatIsNoBranchlineWithASentence) {
  auto socket = dial();
  asio::write(socket, asio::buffer(std::string("GET / HTTP/1.1\r\nHost: x\r\nAccept: */*\r\n\r\n") +
                                   std::string(200, 'x')));
  expect_refused(rest_of(socket), Refusal::bad_request);
  EXPECT_NE(turned_away_.get_future().get().find("does not speak"), std::string::npos);
  EXPECT_EQ(connections_, 0);
}

TEST_F(ServerTest, RefusesANewerMajorVersionNamingBoth) {
  auto socket = dial();
  FrameHeader header;
  header.major = 9;
  asio::write(socket, asio::buffer(encode_header(header)));
  const auto messages = rest_of(socket);
  expect_refused(messages, Refusal::incompatible);
  EXPECT_NE(std::get<Refused>(messages.back().body).sentence.find("protocol 9.0"),
            std::string::npos);
}

TEST_F(ServerTest, RefusesAFirstMessageThatIsNoHello) {
  auto socket = dial();
  asio::write(socket, asio::buffer(frame_bytes_of({1, Ping{}})));
  expect_refused(rest_of(socket), Refusal::bad_request);
  EXPECT_EQ(connections_, 0);
}

TEST_F(ServerTest, ABigFrameBeforeTheHelloIsRefusedUnread) {
  auto socket = dial();
  FrameHeader header;
  header.type = 5;
  header.payload_bytes = 1 << 20;
  asio::write(socket, asio::buffer(encode_header(header)));
  expect_refused(rest_of(socket), Refusal::too_large);
}

TEST_F(ServerTest, GarbageAfterTheHandshakeClosesThatConnectionOnly) {
  auto bad = dial();
  asio::write(bad, asio::buffer(frame_bytes_of({0, Hello{"x", {}, 0, 0}})));
  ASSERT_TRUE(listener_->wait_for_messages(1));
  asio::write(bad, asio::buffer(std::string(4096, 'z')));
  expect_refused(rest_of(bad), Refusal::bad_request);
  EXPECT_TRUE(listener_->wait_until_closed());
  auto recorder = std::make_shared<Recorder>();
  listener_ = std::make_shared<Recorder>();
  const auto good = connect(io_, {"localhost", server_.port()}, {}, 30s, recorder);
  EXPECT_TRUE(recorder->wait_for_messages(1)) << recorder->reason();
}

TEST_F(ServerTest, APeerThatLeavesInTheMiddleOfAMessageIsNamedSo) {
  auto socket = dial();
  asio::write(socket, asio::buffer(frame_bytes_of({0, Hello{"x", {}, 0, 0}})));
  ASSERT_TRUE(listener_->wait_for_messages(1));
  const auto frame = frame_bytes_of(sample_request(1, {5000}));
  asio::write(socket, asio::buffer(frame, 3000));
  socket.shutdown(tcp::socket::shutdown_send);
  ASSERT_TRUE(listener_->wait_until_closed());
  EXPECT_NE(listener_->reason().find("in the middle of a message"), std::string::npos);
}

TEST_F(ServerTest, AKilledPeerIsHeardOf) {
  auto socket = dial();
  asio::write(socket, asio::buffer(frame_bytes_of({0, Hello{"x", {}, 0, 0}})));
  ASSERT_TRUE(listener_->wait_for_messages(1));
  socket.set_option(asio::socket_base::linger(true, 0));
  socket.close();
  ASSERT_TRUE(listener_->wait_until_closed());
  EXPECT_NE(listener_->reason().find("reset"), std::string::npos) << listener_->reason();
  EXPECT_FALSE(far_->send({1, Pong{}}));
}

TEST_F(ServerTest, APeerThatDoesNotReadHoldsNoMoreThanTheQueue) {
  auto socket = dial();
  asio::write(socket, asio::buffer(frame_bytes_of({0, Hello{"x", {}, 0, 0}})));
  ASSERT_TRUE(listener_->wait_for_messages(1));
  const Message big = sample_request(1, {8'000'000});
  int accepted = 0;
  while (far_->send(big)) ASSERT_LT(++accepted, 100);
  EXPECT_GE(accepted, 30);  // 256 MiB of them
  EXPECT_TRUE(far_->is_open());
}

/// Refusing what was not admitted must not return the credit of what was and has the same id.
TEST_F(ServerTest, AnIdUsedTwiceBuysNoCredit) {
  auto socket = dial();
  asio::write(socket, asio::buffer(frame_bytes_of({0, Hello{"x", {}, 0, 0}})));
  const RemotePlan plan = std::get<Request>(sample_request(1, {}).body).plan;
  for (std::uint64_t id = 1; id <= 20; ++id) {
    asio::write(socket, asio::buffer(frame_bytes_of({id, ProfileQuery{plan, 1, 1}})));
    asio::write(socket, asio::buffer(frame_bytes_of({1, ProfileQuery{plan, 1, 1}})));
    asio::write(socket, asio::buffer(frame_bytes_of({1, Prepare{plan}})));
  }
  asio::write(socket, asio::buffer(frame_bytes_of({99, Ping{}})));
  ASSERT_TRUE(listener_->wait_for_messages(1 + 8 + 1));
  EXPECT_EQ(listener_->messages().size(), 1u + 8 + 1);
  EXPECT_EQ(listener_->messages().back().id, 99u);
}

/// A peer that sends requests without looking at its credit (8).
TEST_F(ServerTest, RefusesWhatGoesBeyondTheCreditAndClosesAtTheEnd) {
  auto socket = dial();
  asio::write(socket, asio::buffer(frame_bytes_of({0, Hello{"x", {}, 0, 0}})));
  ASSERT_TRUE(listener_->wait_for_messages(1));
  for (std::uint64_t id = 1; id <= 12; ++id) {
    asio::write(socket, asio::buffer(frame_bytes_of(sample_request(id, {5}))));
  }
  asio::write(socket, asio::buffer(frame_bytes_of({99, Ping{}})));
  ASSERT_TRUE(listener_->wait_for_messages(1 + 8 + 1));
  for (std::uint64_t id = 1; id <= 8; ++id) far_->send({id, Answer{}});
  for (std::uint64_t id = 13; id <= 200; ++id) {
    boost::system::error_code closed;
    asio::write(socket, asio::buffer(frame_bytes_of(sample_request(id, {5}))), closed);
  }
  ASSERT_TRUE(listener_->wait_until_closed());
  EXPECT_NE(listener_->reason().find("ignores its credit"), std::string::npos);
  EXPECT_EQ(listener_->messages().size(), 1u + 8 + 1 + 8);
  std::size_t overloaded = 0;
  for (const Message& message : rest_of(socket)) {
    const auto* refused = std::get_if<Refused>(&message.body);
    if (refused == nullptr) continue;
    EXPECT_EQ(refused->why, Refusal::overloaded) << refused->sentence;
    EXPECT_TRUE(message.id == 0 ? overloaded == 4 + 64 : message.id > 8) << message.id;
    ++overloaded;
  }
  EXPECT_EQ(overloaded, 4u + 64 + 1);
}

/// Its Welcome would bring more credit.
TEST_F(ServerTest, TheOpeningComesOnce) {
  for (const Body& body : {Body{Hello{"x", {}, 0, 0}}, Body{Proof{}}}) {
    listener_ = std::make_shared<Recorder>();
    auto socket = dial();
    asio::write(socket, asio::buffer(frame_bytes_of({0, Hello{"x", {}, 0, 0}})));
    ASSERT_TRUE(listener_->wait_for_messages(1));
    asio::write(socket, asio::buffer(frame_bytes_of({0, body})));
    expect_refused(rest_of(socket), Refusal::bad_request);
    ASSERT_TRUE(listener_->wait_until_closed());
    EXPECT_EQ(listener_->messages().size(), 1u);
  }
}

TEST_F(ServerTest, StopsAcceptingAndKeepsTheOthers) {
  auto recorder = std::make_shared<Recorder>();
  const auto channel = connect(io_, {"127.0.0.1", server_.port()}, {}, 30s, recorder);
  ASSERT_TRUE(recorder->wait_for_messages(1));
  server_.stop_accepting();
  auto late = std::make_shared<Recorder>();
  const auto refused = connect(io_, {"127.0.0.1", server_.port()}, {}, 30s, late);
  ASSERT_TRUE(late->wait_until_closed());
  EXPECT_NE(late->reason().find("nobody listens"), std::string::npos) << late->reason();
  EXPECT_TRUE(channel->send({1, Ping{}}));
  EXPECT_TRUE(listener_->wait_for_messages(2));
}

TEST_F(ServerTest, AnAddressInUseIsSaid) {
  try {
    const Server second(io_, {"127.0.0.1", server_.port()}, [](auto) { return nullptr; });
    FAIL();
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("Another program listens there"), std::string::npos);
  }
  EXPECT_THROW(Server(io_, {"no.such.host.invalid", 1}, [](auto) { return nullptr; }), InputError);
}

}  // namespace
}  // namespace branchline::transport::testing
