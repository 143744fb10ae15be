#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "tests/support/eventually.h"
#include "tests/transport/sample_messages.h"
#include "transport/channel.h"
#include "transport/io_thread.h"

namespace branchline::transport::testing {

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
    channel_ = connect(io, {"127.0.0.1", port}, {"good", {}, 0, 0}, std::chrono::seconds(30),
                       shared_from_this(), {}, security);
  }
  void stop() {
    stopping_ = true;
    EXPECT_TRUE(branchline::testing::eventually(std::chrono::seconds(30),
                                                [this] { return asked_ == answered_ || closed_; }));
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
    Message request = sample_request(static_cast<std::uint64_t>(++asked_), {20'000});
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

}  // namespace branchline::transport::testing
