#include <gtest/gtest.h>

#include <atomic>
#include <cstdio>
#include <map>
#include <mutex>
#include <random>
#include <thread>

#include "tests/support/eventually.h"
#include "tests/transport/certificates.h"
#include "tests/transport/channel_pairs.h"
#include "tests/transport/sample_messages.h"
#include "transport/asio.h"
#include "transport/channel.h"
#include "transport/frame_format.h"
#include "transport/io_thread.h"
#include "transport/shared_token.h"

namespace branchline::transport::testing {
namespace {

using branchline::testing::eventually;
using namespace std::chrono_literals;
using tcp = asio::ip::tcp;

constexpr std::size_t kRequestBytes = 20'000;

/// Answers every request with the same tensors.
class Answerer final : public ChannelListener {
 public:
  Answerer(std::shared_ptr<Channel> channel, std::atomic<int>& alive)
      : channel_(std::move(channel)), alive_(alive) {
    ++alive_;
  }
  ~Answerer() override { --alive_; }
  void on_message(Message message, const Arrival&) override {
    if (std::holds_alternative<Hello>(message.body)) {
      channel_->send({0, Welcome{"edge", {}, {}, 0, 8, Duration{0}, 0, 0, {}}});
    } else if (auto* request = std::get_if<Request>(&message.body)) {
      Answer answer;
      answer.tensors = std::move(request->tensors);
      channel_->send({message.id, std::move(answer)});
    }
  }
  void on_closed(const std::string&) override { channel_.reset(); }

 private:
  std::shared_ptr<Channel> channel_;
  std::atomic<int>& alive_;
};

/// Asks one request after the other on a thread of its own, for as long as it lives.
class GoodClient final : public ChannelListener, public std::enable_shared_from_this<GoodClient> {
 public:
  void start(IoThread& io, std::uint16_t port, const ClientSecurity& security) {
    const std::lock_guard lock(mutex_);
    channel_ =
        connect(io, {"127.0.0.1", port}, {"good", {}, 0, 0}, 30s, shared_from_this(), {}, security);
  }
  void stop() {
    stopping_ = true;
    EXPECT_TRUE(eventually(30s, [this] { return asked_ == answered_ || closed_; }));
    channel_->close("done");
  }
  void on_message(Message message, const Arrival&) override {
    if (std::holds_alternative<Refused>(message.body)) {
      ++refused_;
    } else if (const auto* answer = std::get_if<Answer>(&message.body)) {
      right_ += same_message({1, *answer}, {1, expected_}) ? 1 : 0;
      ++answered_;
    }
    if (!stopping_) ask();
  }
  void on_closed(const std::string& reason) override {
    if (!stopping_) ADD_FAILURE() << "the good client lost its connection: " << reason;
    closed_ = true;
  }

  int asked() const { return asked_; }
  int answered() const { return answered_; }
  int right() const { return right_; }
  int refused() const { return refused_; }

 private:
  void ask() {
    Message request = sample_request(static_cast<std::uint64_t>(++asked_), {kRequestBytes});
    expected_.tensors = std::get<Request>(request.body).tensors;
    const std::lock_guard lock(mutex_);  // the Welcome may be here before connect() has returned
    channel_->send(std::move(request));
  }

  std::mutex mutex_;
  std::shared_ptr<Channel> channel_;  // guarded while start() may run
  Answer expected_;
  std::atomic<int> asked_ = 0, answered_ = 0, right_ = 0, refused_ = 0;
  std::atomic<bool> stopping_ = false, closed_ = false;
};

ServerProtection tight(const ServerSecurity& security = {}) {
  ServerProtection protection;
  protection.limits.max_connections = 32;
  protection.limits.max_incoming_bytes = 96u << 20;
  protection.limits.handshake_time = 1s;
  protection.limits.stall_time = 400ms;
  protection.limits.min_bytes_per_s = 100'000;
  protection.security = security;
  return protection;
}

/// A server, a client that behaves, and raw sockets for those that do not. After each test every
/// request of the good client must have been answered rightly, and nothing must be left.
class HostilePeers : public ::testing::Test {
 protected:
  void serve(const ServerProtection& protection = tight(), const ClientSecurity& security = {}) {
    server_ = std::make_unique<Server>(
        server_io_, Endpoint{"127.0.0.1", 0},
        [this](std::shared_ptr<Channel> channel) {
          return std::make_shared<Answerer>(std::move(channel), alive_);
        },
        FrameLimits{}, [this](const std::string&, const std::string&) { ++log_lines_; },
        protection);
    good_->start(client_io_, server_->port(), security);
    ASSERT_TRUE(eventually(30s, [this] { return good_->answered() > 0; }));
  }

  void TearDown() override {
    const int before = good_->answered();
    EXPECT_TRUE(eventually(30s, [&] { return good_->answered() > before + 10; }))
        << "the good client is starved";
    good_->stop();
    held_.clear();
    EXPECT_EQ(good_->asked(), good_->answered());
    EXPECT_EQ(good_->answered(), good_->right());
    EXPECT_EQ(good_->refused(), 0);
    EXPECT_TRUE(eventually(30s, [this] { return alive_ == 0; })) << alive_ << " listeners left";
    EXPECT_TRUE(eventually(30s, [this] { return pool().in_use_bytes == 0; }))
        << pool().in_use_bytes << " bytes left";
    std::printf("  hostile peers: %d, good requests answered: %d of %d, lines logged: %d\n", tried_,
                good_->answered(), good_->asked(), log_lines_.load());
  }

  BufferPool::Stats pool() const { return server_io_.parts()->pool->stats(); }

  tcp::socket dial() {
    ++tried_;
    tcp::socket socket(context_);
    socket.connect({asio::ip::address_v4::loopback(), server_->port()});
    return socket;
  }

  static void say(tcp::socket& socket, const std::vector<std::byte>& bytes, std::size_t count) {
    boost::system::error_code ignored;
    asio::write(socket, asio::buffer(bytes.data(), count), ignored);
  }

  tcp::socket dial_and_greet() {
    tcp::socket socket = dial();
    const auto hello = frame_bytes_of({0, Hello{"bad", {}, 0, 0}});
    say(socket, hello, hello.size());
    return socket;
  }

  static bool ended(tcp::socket& socket) {
    std::array<char, 4096> bin;
    boost::system::error_code error;
    socket.non_blocking(true);
    while (!error) socket.read_some(asio::buffer(bin), error);
    return error != asio::error::would_block;
  }

  bool all_ended() {
    return eventually(30s, [this] {
      return std::all_of(held_.begin(), held_.end(), [](auto& socket) { return ended(socket); });
    });
  }

  asio::io_context context_;
  std::vector<tcp::socket> held_;
  int tried_ = 0;
  std::atomic<int> log_lines_ = 0;
  std::atomic<int> alive_ = 0;
  IoThread server_io_;
  IoThread client_io_;
  std::shared_ptr<GoodClient> good_ = std::make_shared<GoodClient>();
  std::unique_ptr<Server> server_;
};

TEST_F(HostilePeers, WhoNeverSaysHelloIsClosed) {
  serve();
  for (int i = 0; i < 20; ++i) held_.push_back(dial());
  EXPECT_TRUE(all_ended());
}

TEST_F(HostilePeers, AFloodOfConnectionsMeetsABoundAndTheOldStrangersLeave) {
  serve();
  for (int i = 0; i < 400; ++i) held_.push_back(dial());
  auto late = std::make_shared<Recorder>();
  const auto channel =
      connect(client_io_, {"127.0.0.1", server_->port()}, {"late", {}, 0, 0}, 30s, late);
  EXPECT_TRUE(late->wait_for_messages(1)) << late->reason();
  EXPECT_TRUE(all_ended());
  EXPECT_LE(log_lines_, 15);
  channel->close("leaving");
}

TEST_F(HostilePeers, AFullHouseIsToldSoAndSparesTheOthers) {
  ServerProtection protection = tight();
  protection.limits.stall_time = 30s;
  serve(protection);
  std::vector<std::shared_ptr<Recorder>> guests;
  std::vector<std::shared_ptr<Channel>> channels;
  for (int i = 0; i < 40; ++i) {
    guests.push_back(std::make_shared<Recorder>());
    channels.push_back(connect(client_io_, {"127.0.0.1", server_->port()}, {"guest", {}, 0, 0}, 30s,
                               guests.back()));
    ASSERT_TRUE(guests.back()->wait_for_anything());
  }
  int welcome = 0;
  int told = 0;
  for (const auto& guest : guests) {
    const auto messages = guest->messages();
    if (messages.empty()) continue;
    welcome += std::holds_alternative<Welcome>(messages[0].body) ? 1 : 0;
    const auto* refused = std::get_if<Refused>(&messages[0].body);
    told += refused != nullptr && refused->why == Refusal::overloaded ? 1 : 0;
  }
  EXPECT_EQ(welcome, 31);
  EXPECT_EQ(told, 9);
  for (const auto& channel : channels) channel->close("leaving");
}

TEST_F(HostilePeers, WhoIsToldToGoKeepsNobodyOut) {
  ServerProtection protection = tight();
  protection.limits.stall_time = 30s;
  serve(protection);
  const std::vector<std::byte> noise(200, std::byte{'x'});
  for (int i = 0; i < 31; ++i) {
    held_.push_back(dial());
    say(held_.back(), noise, noise.size());
  }
  for (tcp::socket& socket : held_) {  // each is told
    std::byte first{};
    asio::read(socket, asio::buffer(&first, 1));
  }
  auto guest = std::make_shared<Recorder>();
  const auto channel =
      connect(client_io_, {"127.0.0.1", server_->port()}, {"guest", {}, 0, 0}, 30s, guest);
  ASSERT_TRUE(guest->wait_for_anything());
  ASSERT_FALSE(guest->messages().empty()) << guest->reason();
  EXPECT_TRUE(std::holds_alternative<Welcome>(guest->messages()[0].body));
  channel->close("leaving");
}

TEST_F(HostilePeers, SlowHellosAndSlowMessagesAreClosed) {
  serve();
  const auto hello = frame_bytes_of({0, Hello{"slow", {}, 0, 0}});
  const auto request = frame_bytes_of(sample_request(1, {1u << 20}));
  for (int i = 0; i < 5; ++i) held_.push_back(dial());
  for (int i = 0; i < 5; ++i) held_.push_back(dial_and_greet());
  std::size_t sent = 0;
  EXPECT_TRUE(eventually(60s, [&] {
    for (std::size_t i = 0; i < 10; ++i) {
      const auto& bytes = i < 5 ? hello : request;
      boost::system::error_code ignored;
      asio::write(held_[i], asio::buffer(bytes.data() + std::min(sent, bytes.size() - 2), 1),
                  ignored);
    }
    ++sent;
    return std::all_of(held_.begin(), held_.end(), [](auto& socket) { return ended(socket); });
  }));
}

TEST_F(HostilePeers, MessagesBegunAndLeftAreClosedAndTheirMemoryFreed) {
  serve();
  for (int i = 0; i < 10; ++i) {
    held_.push_back(dial_and_greet());
    say(held_.back(), frame_bytes_of(sample_request(1, {1u << 20})), 5000);
  }
  EXPECT_TRUE(all_ended());
}

TEST_F(HostilePeers, ClaimsOfGigabytesStayBoundedAndMakeRoomForSmallMessages) {
  ServerProtection protection = tight();
  protection.limits.stall_time = 30s;
  serve(protection);
  FrameHeader header;
  const auto claim = frame_bytes_of(sample_request(1, {60u << 20}));
  for (int i = 0; i < 25; ++i) {  // 1.5 GB
    held_.push_back(dial_and_greet());
    say(held_.back(), claim, 4096);
  }
  const int before = good_->answered();
  EXPECT_TRUE(eventually(30s, [&] { return good_->answered() > before + 50; }));
  EXPECT_LT(pool().in_use_bytes, 96u << 20);
}

TEST_F(HostilePeers, WhoAsksAndNeverReadsIsClosed) {
  serve();
  const auto request = frame_bytes_of(sample_request(1, {2u << 20}));
  for (int i = 0; i < 3; ++i) {
    held_.push_back(dial_and_greet());
    tcp::socket& socket = held_.back();
    socket.non_blocking(true);
    std::size_t sent = 0;
    boost::system::error_code error;
    for (int tries = 0; tries < 2000 && sent < 8 * request.size(); ++tries) {
      const std::size_t at = sent % request.size();
      sent += socket.write_some(asio::buffer(request.data() + at, request.size() - at), error);
      if (error == asio::error::would_block) std::this_thread::sleep_for(1ms);
    }
  }
  EXPECT_TRUE(eventually(30s, [this] { return alive_ == 1; })) << alive_;
}

TEST_F(HostilePeers, WhenMemoryForAnswersRunsOutWhoHoldsMostOfItLeaves) {
  ServerProtection protection = tight();
  protection.limits.stall_time = 300s;
  protection.limits.max_incoming_bytes = 1u << 30;
  protection.limits.max_outgoing_bytes = 32u << 20;
  serve(protection);
  const auto request = frame_bytes_of(sample_request(1, {10'000}));
  held_.push_back(dial_and_greet());
  held_.back().non_blocking(true);
  std::size_t sent = 0;
  boost::system::error_code error;
  EXPECT_TRUE(eventually(60s, [&] {  // 200 MB of small answers that nobody reads
    while (!error && sent < 20'000 * request.size()) {
      const std::size_t at = sent % request.size();
      sent +=
          held_.back().write_some(asio::buffer(request.data() + at, request.size() - at), error);
    }
    if (error == asio::error::would_block) error.clear();
    return error || sent >= 20'000 * request.size();
  }));
  EXPECT_TRUE(eventually(30s, [this] { return alive_ == 1; })) << alive_;
}

TEST_F(HostilePeers, FlippedCutAndForeignFramesEndTheirConnectionOnly) {
  serve();
  std::mt19937 random(7);
  const auto pick = [&](std::size_t below) {
    return std::uniform_int_distribution<std::size_t>(0, below - 1)(random);
  };
  std::vector<std::vector<std::byte>> frames;
  for (const Message& message : one_of_each()) frames.push_back(frame_bytes_of(message));
  for (int i = 0; i < 600; ++i) {
    tcp::socket socket = i % 2 == 0 ? dial() : dial_and_greet();
    std::vector<std::byte> bytes = frames[pick(frames.size())];
    const std::size_t kind = pick(4);
    if (kind == 0) bytes[pick(bytes.size())] ^= std::byte{1} << pick(8);
    if (kind == 1) bytes.resize(pick(bytes.size()) + 1);
    if (kind == 2) bytes[4] = std::byte{static_cast<unsigned char>(2 + pick(200))};  // major
    if (kind == 3) {
      for (std::byte& byte : bytes) byte = static_cast<std::byte>(pick(256));
    }
    say(socket, bytes, bytes.size());
  }
  EXPECT_LE(log_lines_, 40);
}

TEST_F(HostilePeers, AbsurdCountsAreRefusedBeforeAnythingIsAllocated) {
  serve();
  for (int i = 0; i < 60; ++i) {
    FrameHeader header;
    header.type = 5;
    if (i % 3 == 0) header.payload_bytes = ~0ull - static_cast<std::uint64_t>(i);
    if (i % 3 == 1) header.metadata_bytes = 0xFFFF'FFFF;
    if (i % 3 == 2) header.tensor_count = 0xFFFF'FFFF;
    held_.push_back(dial_and_greet());
    const HeaderBytes bytes = encode_header(header);
    say(held_.back(), {bytes.begin(), bytes.end()}, bytes.size());
    if (held_.size() == 20) {
      EXPECT_TRUE(all_ended());
      held_.clear();
    }
  }
  EXPECT_LT(pool().largest_bytes, 1u << 20);
}

TEST_F(HostilePeers, GuessersOfTokensAndNoiseOnTls) {
  const UsualCertificates files;
  ServerSecurity server = files.server_security();
  ClientSecurity client = files.client_security();
  server.token = client.token = std::make_shared<SharedToken>("the right token of all", "test");
  ServerProtection protection = tight(server);
  protection.limits.handshake_time = 5s;
  serve(protection, client);
  ClientSecurity wrong = client;
  wrong.token = std::make_shared<SharedToken>("the wrong token of all", "test");
  std::vector<std::shared_ptr<Recorder>> guessers;
  std::vector<std::shared_ptr<Channel>> channels;
  for (int i = 0; i < 10; ++i) {
    ++tried_;
    guessers.push_back(std::make_shared<Recorder>());
    channels.push_back(connect(client_io_, {"127.0.0.1", server_->port()}, {"guess", {}, 0, 0}, 30s,
                               guessers.back(), {}, wrong));
  }
  for (const auto& guesser : guessers) {
    EXPECT_TRUE(guesser->wait_until_closed());
    EXPECT_NE(guesser->reason().find("the token is wrong"), std::string::npos) << guesser->reason();
  }
  std::mt19937 random(3);
  for (int i = 0; i < 100; ++i) {
    tcp::socket socket = dial();
    std::vector<std::byte> noise(300);
    for (std::byte& byte : noise) byte = static_cast<std::byte>(random());
    if (i % 2 == 0) noise[0] = std::byte{22};
    say(socket, noise, noise.size());
  }
}

}  // namespace
}  // namespace branchline::transport::testing
