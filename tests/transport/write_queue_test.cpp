#include "transport/write_queue.h"

#include <gtest/gtest.h>

#include "tests/transport/sample_messages.h"
#include "tests/transport/written_frames.h"

namespace branchline::transport::testing {
namespace {

using namespace std::chrono_literals;

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
  WriteQueue queue(2000);
  EXPECT_TRUE(queue.push(frame_of(sample_request(1, {500})), kStart));
  EXPECT_FALSE(queue.push(frame_of(sample_request(2, {500})), kStart));
  EXPECT_TRUE(queue.take_back_request(1));
  EXPECT_TRUE(queue.push(frame_of(sample_request(2, {500})), kStart));
}

TEST(WriteQueue, ChargesWhatAFrameTakesOfMemoryAndReturnsAllOfIt) {
  const auto budget = std::make_shared<MemoryBudget>(1 << 20);
  WriteQueue queue(1 << 20);
  queue.share(budget);
  queue.start();
  for (std::uint64_t id = 1; id <= 100; ++id) {
    ASSERT_TRUE(queue.push(frame_of({id, Pong{}}), kStart));
  }
  ASSERT_TRUE(queue.push(frame_of(sample_request(101, {100})), kStart));
  ASSERT_TRUE(queue.push(frame_of(sample_request(102, {100})), kStart));
  EXPECT_GT(budget->used(), 102 * sizeof(OutgoingFrame));
  EXPECT_EQ(queue.held_bytes(), budget->used());
  EXPECT_TRUE(queue.take_back_request(101));
  EXPECT_EQ(write_out(queue).size(), 101u);
  EXPECT_EQ(budget->used(), 0u);
  EXPECT_EQ(queue.held_bytes(), 0u);
}

TEST(WriteQueue, FramesWithoutPayloadAreBoundedInNumber) {
  WriteQueue queue(1u << 30);
  int pongs = 0;
  while (queue.push(frame_of({1, Pong{}}), kStart)) ASSERT_LT(++pongs, 2000);
  EXPECT_GE(pongs, 1000);
  Answer answer;
  answer.tensors = std::get<Request>(sample_request(1, {10}).body).tensors;
  EXPECT_TRUE(queue.push(frame_of({2, std::move(answer)}), kStart));
  EXPECT_TRUE(queue.push(frame_of(sample_request(3, {})), kStart)) << "credit bounds these";
}

TEST(Ring, FreesALargeBlockOnceItIsEmptyAndKeepsASmallOne) {
  Ring<int> ring;
  for (const int count : {1000, 20}) {
    for (int i = 0; i < count; ++i) ring.push_back(i);
    for (int i = 0; i + 1 < count; ++i) EXPECT_EQ(ring.take_front(), i);
    EXPECT_GE(ring.capacity(), static_cast<std::size_t>(count));
    EXPECT_EQ(ring.take(0), count - 1);
    EXPECT_TRUE(ring.empty());
  }
  EXPECT_EQ(ring.capacity(), 32u);
  for (int i = 0; i < 1000; ++i) ring.push_back(i);
  while (!ring.empty()) ring.take_front();
  EXPECT_EQ(ring.capacity(), 0u);
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

TEST(WriteQueue, OthersOvertakeWaitingRequestsButNeverAFrameThatBegan) {
  WriteQueue queue(1 << 20);
  queue.start();
  ASSERT_TRUE(queue.push(frame_of(sample_request(1, {300'000})), kStart));
  ASSERT_TRUE(queue.push(frame_of(sample_request(2, {})), kStart));
  ASSERT_TRUE(queue.try_begin());
  std::vector<std::span<const std::byte>> segments;
  std::vector<SentFrame> sent;
  queue.next_segments(64, kStart, segments);
  queue.written(100, sent);
  ASSERT_TRUE(queue.push(frame_of({3, Ping{}}), kStart));
  ASSERT_TRUE(queue.push(frame_of({4, Cancel{}}), kStart));
  for (;;) {
    queue.next_segments(64, kStart, segments);
    if (segments.empty()) break;
    queue.written(segments[0].size(), sent);
  }
  Ids ids;
  for (const SentFrame& frame : sent) ids.push_back(frame.id);
  EXPECT_EQ(ids, (Ids{1, 3, 4, 2}));
}

TEST(WriteQueue, OnlyTheOpeningGoesBeforeTheWelcome) {
  WriteQueue queue(1 << 20, false);
  queue.start();
  ASSERT_TRUE(queue.push(frame_of({1, Hello{}}), kStart));
  ASSERT_TRUE(queue.push(frame_of({2, Ping{}}), kStart));
  ASSERT_TRUE(queue.push(frame_of(sample_request(3, {})), kStart));
  EXPECT_EQ(write_out(queue), (Ids{1}));
  ASSERT_TRUE(queue.push(frame_of({4, Proof{}}), kStart));
  EXPECT_EQ(write_out(queue), (Ids{4}));
  EXPECT_FALSE(queue.try_begin());
  queue.grant({});
  EXPECT_EQ(write_out(queue), (Ids{2, 3}));
}

TEST(WriteQueue, AnEndBeforeTheWelcomeKeepsNothingButTheRefusal) {
  WriteQueue queue(1 << 20, false);
  queue.start();
  ASSERT_TRUE(queue.push(frame_of({1, Hello{}}), kStart));
  EXPECT_EQ(write_out(queue), (Ids{1}));
  ASSERT_TRUE(queue.push(frame_of({2, Ping{}}), kStart));
  ASSERT_TRUE(queue.push(frame_of(sample_request(3, {})), kStart));
  ASSERT_TRUE(queue.push(frame_of({4, Refused{}}), kStart));
  queue.end(true);
  EXPECT_EQ(write_out(queue), (Ids{4}));
  EXPECT_TRUE(queue.idle());
}

TEST(WriteQueue, PayloadsCarryAChecksumOnceItIsAgreed) {
  const Message message = sample_request(1, {10, 0, 130});
  WriteQueue queue(1 << 20);
  queue.start();
  queue.add_checksums();
  ASSERT_TRUE(queue.push(frame_of(message), kStart));
  ASSERT_TRUE(queue.try_begin());
  std::vector<std::span<const std::byte>> segments;
  queue.next_segments(64, kStart, segments);
  std::vector<std::byte> bytes;
  for (const auto segment : segments) bytes.insert(bytes.end(), segment.begin(), segment.end());
  EXPECT_EQ(bytes, frame_bytes_of(message, true));
  EXPECT_NE(bytes, frame_bytes_of(message, false));
}

}  // namespace
}  // namespace branchline::transport::testing
