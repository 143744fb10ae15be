/// What the frame layer allocates once warm.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "tests/transport/allocation_counter.h"
#include "tests/transport/sample_messages.h"
#include "transport/frame_reader.h"
#include "transport/write_queue.h"

namespace branchline::transport::testing {
namespace {

constexpr int kWarmUp = 20;
constexpr int kCounted = 50;

std::vector<Message> copies_of(const Message& message) {
  return std::vector<Message>(kWarmUp + kCounted, message);
}

/// Allocations that `step`, called once for each message, makes once warm.
template <class Step>
std::uint64_t allocations_once_warm(std::vector<Message> messages, Step step) {
  const auto warm = messages.begin() + kWarmUp;
  std::for_each(messages.begin(), warm, [&](Message& message) { step(std::move(message)); });
  return allocations_of([&] {
    std::for_each(warm, messages.end(), [&](Message& message) { step(std::move(message)); });
  });
}

TEST(FrameAllocations, SendingMakesNoneOfItsOwn) {
  for (const bool with_checksum : {false, true}) {
    for (const Message& message : one_of_each()) {
      WriteQueue queue(1 << 20);
      queue.start();
      queue.grant({4, 1 << 20});
      if (with_checksum) queue.add_checksums();
      std::vector<std::span<const std::byte>> segments;
      std::vector<SentFrame> sent;
      const auto send = [&](Message next) {
        sent.clear();
        const std::uint64_t id = next.id;
        OutgoingFrame frame = queue.blank();
        ASSERT_FALSE(OutgoingFrame::make(std::move(next), frame));
        ASSERT_TRUE(queue.push(std::move(frame), TimePoint{}));
        ASSERT_TRUE(queue.try_begin());
        for (;;) {
          queue.next_segments(64, TimePoint{}, segments);
          if (segments.empty()) break;
          queue.written(segments[0].size(), sent);
        }
        queue.answered(id);
      };
      EXPECT_EQ(allocations_once_warm(copies_of(message), send), 0u)
          << "type " << message.body.index() + 1;
    }
  }
}

TEST(FrameAllocations, WaitingForCreditMakesNone) {
  WriteQueue queue(1 << 20);
  queue.start();
  queue.grant({1, 0});
  std::vector<std::span<const std::byte>> segments;
  std::vector<SentFrame> sent;
  const auto queue_up = [&](Message next) {
    OutgoingFrame frame = queue.blank();
    ASSERT_FALSE(OutgoingFrame::make(std::move(next), frame));
    ASSERT_TRUE(queue.push(std::move(frame), TimePoint{}));
    sent.clear();
    queue.answered(5);
    if (!queue.try_begin()) return;
    for (;;) {
      queue.next_segments(64, TimePoint{}, segments);
      if (segments.empty()) break;
      queue.written(segments[0].size(), sent);
    }
  };
  EXPECT_EQ(allocations_once_warm(copies_of(sample_request(5, {100})), queue_up), 0u);
}

/// Bytes go in as they come from a socket; messages are dropped at once.
std::uint64_t allocations_of_reading_many(const Message& message, bool with_checksum) {
  const auto bytes = frame_bytes_of(message, with_checksum);
  FrameReader reader(FrameLimits{}, std::make_shared<BufferPool>());
  return allocations_once_warm(copies_of(message), [&](const Message&) {
    const auto space = reader.space();
    std::memcpy(space.data(), bytes.data(), bytes.size());
    reader.received(bytes.size(), TimePoint{});
    while (reader.next()) {
    }
    ASSERT_FALSE(reader.fault());
  });
}

TEST(FrameAllocations, ReadingMakesOnlyThoseThatTheMessageOwns) {
  for (const Body& body : {Body(Ping{}), Body(Pong{}), Body(Cancel{}), Body(Credit{2, 3}),
                           Body(Draining{}), Body(Ready{})}) {
    EXPECT_EQ(allocations_of_reading_many({1, body}, false), 0u) << "type " << body.index() + 1;
  }
  // Digest, stages, the units of two stages, outputs, tensors, three shapes, and the pool's handle.
  for (const bool with_checksum : {false, true}) {
    EXPECT_LE(allocations_of_reading_many(sample_request(5, {10, 0, 130}), with_checksum),
              10u * kCounted);
  }
}

}  // namespace
}  // namespace branchline::transport::testing
