#include "transport/write_queue.h"

#include <gtest/gtest.h>

#include "tests/transport/sample_messages.h"

namespace branchline::transport::testing {
namespace {

using namespace std::chrono_literals;

const TimePoint kStart = TimePoint{} + 10s;

OutgoingFrame frame_of(Message message) {
  OutgoingFrame frame;
  EXPECT_FALSE(OutgoingFrame::make(std::move(message), frame));
  return frame;
}

std::int64_t budget_in(const std::vector<std::span<const std::byte>>& segments) {
  FrameHeader header;
  EXPECT_FALSE(decode_header(segments.at(0).first<kHeaderBytes>(), header));
  return header.budget_ns;
}

TEST(WriteQueue, TheBudgetLosesTheTimeSpentWaiting) {
  WriteQueue queue(1 << 20);
  queue.start();
  ASSERT_TRUE(queue.push(frame_of(sample_request(1, {100})), kStart));
  ASSERT_TRUE(queue.try_begin());
  std::vector<std::span<const std::byte>> segments;
  queue.next_segments(64, kStart + 30ms, segments);
  EXPECT_EQ(budget_in(segments), Duration(50ms).count());
  queue.next_segments(64, kStart + 70ms, segments);  // begun: what was said stays
  EXPECT_EQ(budget_in(segments), Duration(50ms).count());
}

TEST(WriteQueue, AFrameYoungerThanTheWritersLookAtTheClockGainsNoBudget) {
  WriteQueue queue(1 << 20);
  queue.start();
  ASSERT_TRUE(queue.push(frame_of(sample_request(1, {})), kStart + 5ms));
  ASSERT_TRUE(queue.try_begin());
  std::vector<std::span<const std::byte>> segments;
  queue.next_segments(64, kStart, segments);
  EXPECT_EQ(budget_in(segments), Duration(80ms).count());
}

TEST(WriteQueue, ABudgetUsedUpBecomesZero) {
  WriteQueue queue(1 << 20);
  queue.start();
  ASSERT_TRUE(queue.push(frame_of(sample_request(1, {})), kStart));
  ASSERT_TRUE(queue.try_begin());
  std::vector<std::span<const std::byte>> segments;
  queue.next_segments(64, kStart + 10s, segments);
  EXPECT_EQ(budget_in(segments), 0);
}

TEST(WriteQueue, IsBoundedInBytes) {
  WriteQueue queue(1000);
  EXPECT_TRUE(queue.push(frame_of(sample_request(1, {500})), kStart));
  EXPECT_FALSE(queue.push(frame_of(sample_request(2, {500})), kStart));
  EXPECT_TRUE(queue.take_back_request(1));
  EXPECT_TRUE(queue.push(frame_of(sample_request(2, {500})), kStart));
}

TEST(WriteQueue, OnlyWaitingRequestsAreTakenBack) {
  WriteQueue queue(1 << 20);
  queue.start();
  ASSERT_TRUE(queue.push(frame_of(sample_request(1, {10})), kStart));
  ASSERT_TRUE(queue.try_begin());
  std::vector<std::span<const std::byte>> segments;
  queue.next_segments(64, kStart, segments);
  ASSERT_TRUE(queue.push(frame_of({2, Ping{}}), kStart));
  EXPECT_FALSE(queue.take_back_request(1));  // begun
  EXPECT_FALSE(queue.take_back_request(2));  // no request
  EXPECT_FALSE(queue.take_back_request(3));
}

TEST(WriteQueue, WritesInPiecesOfAnySize) {
  const Message message = sample_request(1, {300, 0, 70});
  const auto expected = frame_bytes_of(message);
  for (const std::size_t piece : {1, 3, 64, 100, 1000}) {
    WriteQueue queue(1 << 20);
    queue.start();
    ASSERT_TRUE(queue.push(frame_of(message), kStart));
    ASSERT_TRUE(queue.try_begin());
    EXPECT_FALSE(queue.try_begin());
    std::vector<std::byte> written;
    std::vector<SentFrame> sent;
    std::vector<std::span<const std::byte>> segments;
    for (;;) {
      queue.next_segments(64, kStart, segments);
      if (segments.empty()) break;
      const auto part = segments[0].first(std::min(piece, segments[0].size()));
      written.insert(written.end(), part.begin(), part.end());
      queue.written(part.size(), sent);
    }
    EXPECT_EQ(written, expected);
    ASSERT_EQ(sent.size(), 1u);
    EXPECT_EQ(sent[0].bytes, expected.size());
    EXPECT_TRUE(queue.idle());
  }
}

TEST(WriteQueue, NothingMovesBeforeTheConnectionStandsOrAfterItsEnd) {
  WriteQueue queue(1 << 20);
  ASSERT_TRUE(queue.push(frame_of({1, Ping{}}), kStart));
  EXPECT_FALSE(queue.try_begin());
  queue.start();
  queue.end(true);
  EXPECT_FALSE(queue.push(frame_of({2, Ping{}}), kStart));
  EXPECT_TRUE(queue.try_begin());  // draining
  queue.end(false);
  std::vector<std::span<const std::byte>> segments;
  queue.next_segments(64, kStart, segments);
  EXPECT_TRUE(segments.empty());
  EXPECT_TRUE(queue.idle());
}

}  // namespace
}  // namespace branchline::transport::testing
