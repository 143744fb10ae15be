#include <gtest/gtest.h>

#include <thread>

#include "tests/transport/sample_messages.h"
#include "transport/connection_state.h"
#include "transport/frame_reader.h"
#include "transport/memory_budget.h"
#include "transport/notice_limiter.h"
#include "transport/write_queue.h"

namespace branchline::transport::testing {
namespace {

using namespace std::chrono_literals;

TEST(MemoryBudget, NeverGivesMoreThanItHas) {
  MemoryBudget budget(1000);
  std::atomic<int> taken = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) taken += budget.try_take(7) ? 1 : 0;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(taken, 142);
  EXPECT_EQ(budget.used(), 994u);
  budget.give_back(994);
  EXPECT_FALSE(budget.try_take(1001));
  EXPECT_FALSE(budget.try_take(~0ull));
  EXPECT_TRUE(budget.try_take(1000));
}

TEST(WriteQueueShare, ManyQueuesTogetherHoldNoMoreThanTheBudget) {
  const auto budget = std::make_shared<MemoryBudget>(250'000);
  const auto push = [](WriteQueue& queue) {
    OutgoingFrame frame;
    EXPECT_FALSE(OutgoingFrame::make(sample_request(1, {99'000}), frame));
    return queue.push(std::move(frame), Clock::now());
  };
  WriteQueue first(1u << 30);
  first.share(budget);
  EXPECT_TRUE(push(first));
  {
    WriteQueue second(1u << 30);
    second.share(budget);
    EXPECT_TRUE(push(second));
    EXPECT_FALSE(push(second));
    EXPECT_FALSE(push(first));
  }
  EXPECT_TRUE(push(first));
  first.start();
  first.end(false);
  EXPECT_EQ(budget->used(), 0u);
}

TEST(NoticeLimiter, AFloodOfLinesBecomesAFewAndACount) {
  NoticeLimiter notices;
  TimePoint now = Clock::now();
  int logged = 0;
  for (int i = 0; i < 10'000; ++i) {  // 1000 a second for 10 s
    logged += notices.admit("bad peer", now).has_value() ? 1 : 0;
    now += 1ms;
  }
  EXPECT_GE(logged, 18);
  EXPECT_LE(logged, 20);
  now += 5s;
  const auto line = notices.admit("bad peer", now);
  ASSERT_TRUE(line);
  EXPECT_NE(line->find("lines were left out"), std::string::npos) << *line;
  EXPECT_EQ(notices.admit("one more", now), "one more");
}

TEST(Stalled, AMessageMustGoOnAndBeFastEnough) {
  const ServerLimits limits;
  ConnectionState state;
  state.standing = true;
  state.silent = 1h;
  EXPECT_FALSE(stalled(state, limits));  // nothing was begun: heartbeats look after that
  state.inside_frame = true;
  state.frame_age = 1h;
  EXPECT_TRUE(stalled(state, limits));
  state.silent = 9s;  // a byte now and then
  state.frame_received = 400;
  EXPECT_TRUE(stalled(state, limits));
  state.frame_age = 9s;
  EXPECT_FALSE(stalled(state, limits));
  state.frame_age = 40s;  // 588 KiB over 0.13 Mbit/s
  state.frame_received = 580 * 1024;
  EXPECT_FALSE(stalled(state, limits));
  state.unread = 11s;
  EXPECT_NE(stalled(state, limits)->sentence.find("has not read its answers"), std::string::npos);
}

TEST(FirstToLeave, StrangersBeforeTheSilentAndNeverTheBusy) {
  const ServerLimits limits;
  ConnectionState busy;
  busy.standing = true;
  busy.silent = 100ms;
  ConnectionState quiet = busy;
  quiet.silent = 20s;
  ConnectionState stranger;
  stranger.age = 1s;
  ConnectionState older = stranger;
  older.age = 2s;
  EXPECT_EQ(first_to_leave(std::vector{busy, quiet, stranger, older}, limits), 3u);
  EXPECT_EQ(first_to_leave(std::vector{busy, quiet}, limits), 1u);
  EXPECT_EQ(first_to_leave(std::vector{busy, busy}, limits), std::nullopt);
}

TEST(FirstToFree, WhoClaimedMostAndSentLeast) {
  const auto missing = [](std::uint64_t bytes) {
    ConnectionState state;
    state.frame_missing = bytes;
    return state;
  };
  const std::vector states{missing(0), missing(5000), missing(70'000), missing(600)};
  EXPECT_EQ(first_to_free(states, 1000), 2u);
  EXPECT_EQ(first_to_free(states, 70'000), std::nullopt);
}

TEST(FrameReaderMemory, AMessageWithoutMemoryIsReadAndNamedAndTheNextOneArrives) {
  const auto pool = std::make_shared<BufferPool>();
  const auto budget = std::make_shared<MemoryBudget>(50'000);
  FrameReader reader(FrameLimits{}, pool);
  reader.set_memory(budget, [&](std::uint64_t bytes) { return budget->try_take(bytes); });
  std::vector<std::byte> bytes;
  for (const std::uint64_t id : {1, 2, 3}) {
    const auto frame = frame_bytes_of(sample_request(id, {id == 2 ? 300'000u : 30'000u}));
    bytes.insert(bytes.end(), frame.begin(), frame.end());
  }
  std::vector<FrameReader::Incoming> arrived;
  std::span<const std::byte> left(bytes);
  while (!left.empty()) {
    const auto space = reader.space();
    const auto taken = std::min(space.size(), left.size());
    std::copy_n(left.begin(), taken, space.begin());
    left = left.subspan(taken);
    reader.received(taken, Clock::now());
    while (auto incoming = reader.next()) {
      if (!incoming->no_memory) {
        EXPECT_TRUE(
            same_message(incoming->message, sample_request(incoming->message.id, {30'000u})));
        incoming->message = {incoming->message.id, Ping{}};  // lets go of its payload
      }
      arrived.push_back(std::move(*incoming));
    }
  }
  ASSERT_FALSE(reader.fault()) << reader.fault().sentence;
  ASSERT_EQ(arrived.size(), 3u);
  EXPECT_FALSE(arrived[0].no_memory);
  EXPECT_TRUE(arrived[1].no_memory);
  EXPECT_EQ(arrived[1].message.id, 2u);
  EXPECT_FALSE(arrived[2].no_memory);
  EXPECT_EQ(budget->used(), 0u);
  EXPECT_LT(pool->stats().largest_bytes, 100'000u);
}

/// It frees nothing when its connection ends.
TEST(FrameReaderMemory, APayloadThatIsThrownAwayHoldsNone) {
  const auto frame = frame_bytes_of(sample_request(1, {300'000}));
  for (const bool granted : {true, false}) {
    FrameReader reader(FrameLimits{}, std::make_shared<BufferPool>());
    reader.set_memory(nullptr, [&](std::uint64_t) { return granted; });
    const auto space = reader.space();
    ASSERT_LT(space.size(), 300'000u);
    std::copy_n(frame.begin(), space.size(), space.begin());
    reader.received(space.size(), Clock::now());
    EXPECT_FALSE(reader.next());
    EXPECT_GT(reader.payload_missing(), 280'000u);
    EXPECT_EQ(reader.memory_unfilled(), granted ? reader.payload_missing() : 0u);
  }
}

}  // namespace
}  // namespace branchline::transport::testing
