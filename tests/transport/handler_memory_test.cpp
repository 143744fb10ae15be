#include "transport/handler_memory.h"

#include <gtest/gtest.h>

#include <memory>

#include "transport/asio.h"

namespace branchline::transport {
namespace {

bool lies_within(const HandlerMemory& memory, const void* place) {
  const auto* begin = reinterpret_cast<const std::byte*>(&memory);
  return place >= begin && place < begin + sizeof memory;
}

TEST(HandlerMemory, HoldsOneAtATimeAndTakesItBack) {
  HandlerMemory memory;
  void* first = memory.take(100);
  void* second = memory.take(100);
  EXPECT_TRUE(lies_within(memory, first));
  EXPECT_FALSE(lies_within(memory, second));
  memory.give_back(first);
  EXPECT_EQ(memory.take(200), first);
  memory.give_back(second);
  memory.give_back(first);
}

TEST(HandlerMemory, WhatIsTooLargeGoesToTheHeap) {
  HandlerMemory memory;
  void* large = memory.take(4096);
  EXPECT_FALSE(lies_within(memory, large));
  memory.give_back(large);
}

/// Its owner may be held by the handler alone, also when that never runs.
TEST(HandlerMemory, HandlersThatOwnItRunOrNot) {
  int ran = 0;
  std::weak_ptr<HandlerMemory> watcher;
  {
    asio::io_context context;
    for (const bool run : {true, false}) {
      auto memory = std::make_shared<HandlerMemory>();
      watcher = memory;
      asio::post(context, in_memory(*memory, [memory, &ran] { ++ran; }));
      memory.reset();
      EXPECT_FALSE(watcher.expired());
      if (run) context.poll();
      EXPECT_EQ(watcher.expired(), run);
    }
  }
  EXPECT_EQ(ran, 1);
  EXPECT_TRUE(watcher.expired());
}

}  // namespace
}  // namespace branchline::transport
