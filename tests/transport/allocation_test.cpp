/// What a warm connection still allocates.
#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "tests/transport/allocation_counter.h"
#include "tests/transport/sample_messages.h"
#include "transport/buffer_pool.h"
#include "transport/channel.h"
#include "transport/frame_reader.h"

namespace branchline::transport::testing {
namespace {

/// Answers with what it was given; keeps nothing.
class Answering final : public ChannelListener {
 public:
  explicit Answering(std::shared_ptr<Channel> channel) : channel_(std::move(channel)) {}
  void on_message(Message message, const Arrival&) override {
    if (std::holds_alternative<Hello>(message.body)) {
      channel_->send({0, Welcome{}});
    } else if (auto* request = std::get_if<Request>(&message.body)) {
      Answer answer;
      answer.tensors = std::move(request->tensors);
      channel_->send({message.id, std::move(answer)});
    } else {
      channel_->send({message.id, Pong{}});
    }
  }
  void on_closed(const std::string&) override { channel_.reset(); }

 private:
  std::shared_ptr<Channel> channel_;
};

class Counting final : public ChannelListener {
 public:
  void on_message(Message, const Arrival&) override {
    const std::lock_guard lock(mutex_);
    ++messages_;
    changed_.notify_one();
  }
  void on_closed(const std::string&) override {}
  void wait_for(int messages) {
    std::unique_lock lock(mutex_);
    ASSERT_TRUE(
        changed_.wait_for(lock, std::chrono::seconds(30), [&] { return messages_ >= messages; }));
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int messages_ = 0;
};

class WarmConnection : public ::testing::Test {
 protected:
  WarmConnection() { listener_->wait_for(heard_); }

  void exchange(Message message) {
    ASSERT_TRUE(channel_->send(std::move(message)));
    listener_->wait_for(++heard_);
  }

  IoThread server_io_;
  IoThread client_io_;
  Server server_{server_io_, {"127.0.0.1", 0}, [](std::shared_ptr<Channel> channel) {
                   return std::make_shared<Answering>(std::move(channel));
                 }};
  std::shared_ptr<Counting> listener_ = std::make_shared<Counting>();
  int heard_ = 1;
  std::shared_ptr<Channel> channel_ =
      connect(client_io_, {"127.0.0.1", server_.port()}, {}, std::chrono::seconds(30), listener_);
};

constexpr int kExchanges = 200;
/// Two frames told of together may make a list grow late: none per request, but perhaps a few.
constexpr std::uint64_t kLate = kExchanges / 20;

TEST_F(WarmConnection, AllocatesNothingForAPing) {
  const auto exchange_all = [&] {
    for (int i = 0; i < kExchanges; ++i) exchange({1, Ping{}});
  };
  exchange_all();
  EXPECT_LE(allocations_of(exchange_all), kLate);
}

/// Reading the frame of `message` once warm: the containers that the listener is given.
std::uint64_t allocations_of_reading(const Message& message) {
  const auto frame = frame_bytes_of(message);
  FrameReader reader({}, std::make_shared<BufferPool>());
  const auto read = [&] {
    std::span<const std::byte> left(frame);
    while (!left.empty()) {
      const auto space = reader.space();
      const std::size_t taken = std::min(space.size(), left.size());
      std::copy_n(left.begin(), taken, space.begin());
      left = left.subspan(taken);
      reader.received(taken, TimePoint{});
      while (reader.next()) {
      }
    }
  };
  read();
  return allocations_of(read);
}

TEST_F(WarmConnection, AllocatesForARequestOnlyWhatItsMessagesAreMadeOf) {
  for (const std::size_t bytes : {1'000u, 100'000u, 1'000'000u}) {
    const Message request = sample_request(1, {bytes});
    Answer answer;
    answer.tensors = std::get<Request>(request.body).tensors;
    const std::uint64_t in_messages =
        allocations_of_reading(request) + allocations_of_reading({1, std::move(answer)});

    std::vector<Message> copies(2 * kExchanges, request);
    auto next = copies.begin();
    const auto exchange_some = [&] {
      for (int i = 0; i < kExchanges; ++i) exchange(std::move(*next++));
    };
    exchange_some();
    EXPECT_LE(allocations_of(exchange_some), kExchanges * in_messages + kLate) << bytes;
  }
}

}  // namespace
}  // namespace branchline::transport::testing
