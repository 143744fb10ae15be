#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/eventually.h"
#include "tests/transport/good_client.h"
#include "tests/transport/sample_messages.h"
#include "transport/asio.h"
#include "transport/channel.h"
#include "transport/frame_format.h"
#include "transport/io_thread.h"

namespace branchline::transport::testing {

/// Limits that a test soon meets.
inline ServerProtection tight(const ServerSecurity& security = {}) {
  ServerProtection protection;
  protection.limits.max_connections = 32;
  protection.limits.max_incoming_bytes = 96u << 20;
  protection.limits.handshake_time = std::chrono::seconds(1);
  protection.limits.stall_time = std::chrono::milliseconds(400);
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
    ASSERT_TRUE(branchline::testing::eventually(std::chrono::seconds(30),
                                                [this] { return good_->answered() > 0; }));
  }

  void TearDown() override {
    const int before = good_->answered();
    EXPECT_TRUE(branchline::testing::eventually(std::chrono::seconds(30), [&] {
      return good_->answered() > before + 10;
    })) << "the good client is starved";
    good_->stop();
    held_.clear();
    EXPECT_EQ(good_->asked(), good_->answered());
    EXPECT_EQ(good_->answered(), good_->right());
    EXPECT_EQ(good_->refused(), 0);
    EXPECT_TRUE(
        branchline::testing::eventually(std::chrono::seconds(30), [this] { return alive_ == 0; }))
        << alive_ << " listeners left";
    EXPECT_TRUE(branchline::testing::eventually(std::chrono::seconds(30),
                                                [this] { return pool().in_use_bytes == 0; }))
        << pool().in_use_bytes << " bytes left";
    std::printf("  hostile peers: %d, good requests answered: %d of %d, lines logged: %d\n", tried_,
                good_->answered(), good_->asked(), log_lines_.load());
  }

  BufferPool::Stats pool() const { return server_io_.parts()->pool->stats(); }

  asio::ip::tcp::socket dial() {
    ++tried_;
    asio::ip::tcp::socket socket(context_);
    socket.connect({asio::ip::address_v4::loopback(), server_->port()});
    return socket;
  }

  static void say(asio::ip::tcp::socket& socket, const std::vector<std::byte>& bytes,
                  std::size_t count) {
    boost::system::error_code ignored;
    asio::write(socket, asio::buffer(bytes.data(), count), ignored);
  }

  asio::ip::tcp::socket dial_and_greet() {
    asio::ip::tcp::socket socket = dial();
    const auto hello = frame_bytes_of({0, Hello{"bad", {}, 0, 0}});
    say(socket, hello, hello.size());
    return socket;
  }

  static bool ended(asio::ip::tcp::socket& socket) {
    std::array<char, 4096> bin;
    boost::system::error_code error;
    socket.non_blocking(true);
    while (!error) socket.read_some(asio::buffer(bin), error);
    return error != asio::error::would_block;
  }

  bool all_ended() {
    return branchline::testing::eventually(std::chrono::seconds(30), [this] {
      return std::all_of(held_.begin(), held_.end(), [](auto& socket) { return ended(socket); });
    });
  }

  asio::io_context context_;
  std::vector<asio::ip::tcp::socket> held_;
  int tried_ = 0;
  std::atomic<int> log_lines_ = 0;
  std::atomic<int> alive_ = 0;
  IoThread server_io_;
  IoThread client_io_;
  std::shared_ptr<GoodClient> good_ = std::make_shared<GoodClient>();
  std::unique_ptr<Server> server_;
};

}  // namespace branchline::transport::testing
