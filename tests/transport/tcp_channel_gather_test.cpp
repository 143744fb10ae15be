#include <gtest/gtest.h>

#include <future>

#include "tests/support/eventually.h"
#include "tests/transport/channel_pairs.h"
#include "tests/transport/sample_messages.h"
#include "transport/asio.h"
#include "transport/channel.h"

namespace branchline::transport::testing {
namespace {

using namespace std::chrono_literals;
using branchline::testing::eventually;

/// A peer of our own making, so that a frame can come in parts.
class GatherTest : public ::testing::Test {
 protected:
  GatherTest()
      : server_(io_, {"127.0.0.1", 0}, [this](std::shared_ptr<Channel> channel) {
          channel->send({0, Welcome{}});
          connected_.set_value(channel);
          return listener_;
        }) {
    socket_.connect({asio::ip::address_v4::loopback(), server_.port()});
    asio::write(socket_, asio::buffer(frame_bytes_of({0, Hello{}})));
    channel_ = connected_.get_future().get();
  }

  void write(std::size_t bytes) {
    asio::write(socket_, asio::buffer(frame_.data() + written_, bytes));
    written_ += bytes;
  }

  const Message request_ = sample_request(5, {2'000'000});
  const std::vector<std::byte> frame_ = frame_bytes_of(request_);
  std::size_t written_ = 0;
  IoThread io_;
  std::shared_ptr<Recorder> listener_ = std::make_shared<Recorder>();
  std::promise<std::shared_ptr<Channel>> connected_;
  Server server_;
  std::shared_ptr<Channel> channel_;
  asio::io_context context_;
  asio::ip::tcp::socket socket_{context_};
};

TEST_F(GatherTest, WhatASlowLinkBringsIsHeardOf) {
  write(100'000);
  for (int part = 0; part < 5; ++part) {
    const TimePoint before = Clock::now();
    write(1'000);
    EXPECT_TRUE(eventually(10s, [&] { return channel_->silent_for() < Clock::now() - before; }));
  }
}

TEST_F(GatherTest, APayloadInPartsOfEverySizeArrivesIntact) {
  for (std::size_t part = 1; written_ < frame_.size(); part = part * 3 + 7) {
    write(std::min(part, frame_.size() - written_));
    std::this_thread::sleep_for(1ms);
  }
  ASSERT_TRUE(listener_->wait_for_messages(2));
  Message arrived = listener_->messages().back();
  std::get<Request>(arrived.body).budget = std::get<Request>(request_.body).budget;
  EXPECT_TRUE(same_message(arrived, request_));
}

TEST_F(GatherTest, APeerThatLeavesWhileAPayloadGathersIsHeardOf) {
  write(100'000);
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send);
  ASSERT_TRUE(listener_->wait_until_closed());
  EXPECT_NE(listener_->reason().find("in the middle of a message"), std::string::npos)
      << listener_->reason();
}

}  // namespace
}  // namespace branchline::transport::testing
