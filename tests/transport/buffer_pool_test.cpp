#include "transport/buffer_pool.h"

#include <gtest/gtest.h>

#include "tests/transport/allocation_counter.h"

namespace branchline::transport {
namespace {

TEST(BufferPool, BuffersAreAlignedAndComeBack) {
  BufferPool pool;
  const std::byte* first = nullptr;
  {
    const auto buffer = pool.take(600'000);
    first = buffer.get();
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(first) % 64, 0u);
    EXPECT_GE(pool.stats().in_use_bytes, 600'000u);
  }
  const auto again = pool.take(601'000);
  EXPECT_EQ(again.get(), first);
  EXPECT_EQ(pool.stats().taken, 2u);
  EXPECT_EQ(pool.stats().allocated, 1u);
}

TEST(BufferPool, WastesAtMostAQuarter) {
  for (std::size_t bytes = 1024; bytes < (1u << 22); bytes = bytes * 9 / 8 + 1) {
    BufferPool pool;
    const auto buffer = pool.take(bytes);
    EXPECT_GE(pool.stats().largest_bytes, bytes);
    EXPECT_LE(pool.stats().largest_bytes, bytes + bytes / 4 + 1);
  }
}

TEST(BufferPool, KeepsNoMoreThanItsBound) {
  BufferPool pool(10'000);
  { const auto a = pool.take(8'000), b = pool.take(8'000); }
  EXPECT_LE(pool.stats().idle_bytes, 10'000u);
  EXPECT_EQ(pool.stats().in_use_bytes, 0u);
}

TEST(BufferPool, ABufferIsNotHandedOutWhileAWeakPointerNeedsItsControlBlock) {
  BufferPool pool;
  auto buffer = pool.take(100);
  const std::byte* first = buffer.get();
  std::weak_ptr<std::byte[]> watcher = buffer;
  buffer.reset();
  EXPECT_TRUE(watcher.expired());
  EXPECT_NE(pool.take(100).get(), first);
  watcher.reset();
  EXPECT_EQ(pool.stats().in_use_bytes, 0u);
  EXPECT_EQ(pool.take(100).get(), first);
}

TEST(BufferPool, WhatIsNotThereIsNotCharged) {
  BufferPool pool;
  const auto budget = std::make_shared<MemoryBudget>(1000);
  ASSERT_TRUE(budget->try_take(1000));
  testing::without_aligned_memory([&] { EXPECT_THROW(pool.take(1000, budget), std::bad_alloc); });
  EXPECT_EQ(budget->used(), 0u);
  EXPECT_EQ(pool.stats().in_use_bytes, 0u);
}

TEST(BufferPool, BuffersMayOutliveIt) {
  std::shared_ptr<std::byte[]> buffer;
  {
    BufferPool pool;
    buffer = pool.take(100);
  }
  buffer[99] = std::byte{1};
}

}  // namespace
}  // namespace branchline::transport
