// Peers that flood, dawdle or do not belong here.
#include "tests/transport/hostile_peers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "tests/support/eventually.h"
#include "tests/transport/certificates.h"
#include "tests/transport/channel_pairs.h"
#include "tests/transport/sample_messages.h"
#include "transport/shared_token.h"

namespace branchline::transport::testing {
namespace {

using branchline::testing::eventually;
using namespace std::chrono_literals;
using tcp = asio::ip::tcp;

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
