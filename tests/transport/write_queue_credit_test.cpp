// What the credit of the other side lets out of the queue, and when.
#include <gtest/gtest.h>

#include "tests/transport/sample_messages.h"
#include "tests/transport/written_frames.h"
#include "transport/write_queue.h"

namespace branchline::transport::testing {
namespace {

using namespace std::chrono_literals;

TEST(WriteQueue, RequestsBeyondTheCreditWaitForAnAnswer) {
  WriteQueue queue(1 << 20);
  queue.start();
  queue.grant({2, 0});
  for (const std::uint64_t id : {1u, 2u, 3u, 4u}) {
    ASSERT_TRUE(queue.push(frame_of(sample_request(id, {10})), kStart));
  }
  EXPECT_EQ(write_out(queue), (Ids{1, 2}));
  EXPECT_FALSE(queue.try_begin());
  EXPECT_FALSE(queue.idle());
  queue.answered(77);  // nobody's
  EXPECT_FALSE(queue.try_begin());
  queue.answered(2);
  EXPECT_EQ(write_out(queue), (Ids{3}));
  queue.answered(1);
  queue.answered(1);  // gives nothing twice
  queue.answered(3);
  EXPECT_EQ(write_out(queue), (Ids{4}));
  EXPECT_TRUE(queue.idle());
}

TEST(WriteQueue, TheBytesOfUnansweredFramesAreBoundedToo) {
  const std::uint64_t frame = frame_of(sample_request(1, {1000})).bytes();
  WriteQueue queue(1 << 20);
  queue.start();
  queue.grant({0, 2 * frame});
  for (const std::uint64_t id : {1u, 2u, 3u}) {
    ASSERT_TRUE(queue.push(frame_of(sample_request(id, {1000})), kStart));
  }
  EXPECT_EQ(write_out(queue), (Ids{1, 2}));
  queue.grant({0, 3 * frame});  // replaces the first
  EXPECT_EQ(write_out(queue), (Ids{3}));
}

TEST(WriteQueue, ARequestLargerThanAllCreditGoesWhenNothingIsUnanswered) {
  WriteQueue queue(1 << 20);
  queue.start();
  queue.grant({4, 100});
  ASSERT_TRUE(queue.push(frame_of(sample_request(1, {5000})), kStart));
  ASSERT_TRUE(queue.push(frame_of(sample_request(2, {5000})), kStart));
  EXPECT_EQ(write_out(queue), (Ids{1}));
  queue.answered(1);
  EXPECT_EQ(write_out(queue), (Ids{2}));
}

TEST(WriteQueue, ABudgetRunsDownWhileItsRequestWaitsForCredit) {
  WriteQueue queue(1 << 20);
  queue.start();
  queue.grant({1, 0});
  ASSERT_TRUE(queue.push(frame_of(sample_request(1, {})), kStart));
  ASSERT_TRUE(queue.push(frame_of(sample_request(2, {})), kStart));
  EXPECT_EQ(write_out(queue), (Ids{1}));
  queue.answered(1);
  ASSERT_TRUE(queue.try_begin());
  std::vector<std::span<const std::byte>> segments;
  queue.next_segments(64, kStart + 50ms, segments);
  EXPECT_EQ(budget_in(segments), Duration(30ms).count());
}

TEST(WriteQueue, ARequestThatWaitsForCreditIsTakenBack) {
  WriteQueue queue(1 << 20);
  queue.start();
  queue.grant({1, 0});
  for (const std::uint64_t id : {1u, 2u, 3u}) {
    ASSERT_TRUE(queue.push(frame_of(sample_request(id, {})), kStart));
  }
  EXPECT_EQ(write_out(queue), (Ids{1}));
  EXPECT_TRUE(queue.take_back_request(2));
  EXPECT_FALSE(queue.take_back_request(1));
  queue.answered(1);
  EXPECT_EQ(write_out(queue), (Ids{3}));
}

TEST(WriteQueue, DrainingWritesWhatTheCreditCoversAndDropsTheRest) {
  for (const bool while_writing : {false, true}) {
    WriteQueue queue(1 << 20);
    queue.start();
    queue.grant({2, 0});
    ASSERT_TRUE(queue.push(frame_of(sample_request(1, {})), kStart));
    if (while_writing) {
      ASSERT_TRUE(queue.try_begin());
    }
    for (const std::uint64_t id : {2u, 3u}) {
      ASSERT_TRUE(queue.push(frame_of(sample_request(id, {})), kStart));
    }
    ASSERT_TRUE(queue.push(frame_of({4, Refused{}}), kStart));
    queue.end(true);
    std::vector<std::span<const std::byte>> segments;
    std::vector<SentFrame> sent;
    ASSERT_NE(queue.try_begin(), while_writing);
    for (;;) {
      queue.next_segments(64, kStart, segments);
      if (segments.empty()) break;
      queue.written(segments[0].size(), sent);
    }
    EXPECT_EQ(sent.size(), 3u);
    EXPECT_TRUE(queue.idle());
  }
}

TEST(WriteQueue, ARequestWithoutCreditDoesNotKeepAnEndingConnectionOpen) {
  WriteQueue queue(1 << 20);
  queue.start();
  queue.grant({1, 0});
  ASSERT_TRUE(queue.push(frame_of(sample_request(1, {})), kStart));
  ASSERT_TRUE(queue.push(frame_of(sample_request(2, {})), kStart));
  EXPECT_EQ(write_out(queue), (Ids{1}));
  queue.end(true);
  EXPECT_TRUE(queue.idle());
}

}  // namespace
}  // namespace branchline::transport::testing
