#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

#include "branchline/engine.h"
#include "framework/base/clock.h"
#include "framework/base/error.h"

namespace branchline::runtime {

/// Requests that wait for the compute thread, oldest first. What a full queue does is WhenFull's
/// choice. Safe from any thread; nothing but waiting for room blocks.
template <typename Item>
class RequestQueue {
 public:
  RequestQueue(int depth, WhenFull when_full)
      : depth_(static_cast<std::size_t>(depth)), when_full_(when_full) {
    BL_EXPECT(depth > 0, "a queue needs room for one request");
  }

  /// @param give_up  with WhenFull::wait, when to stop waiting for room
  /// @returns what did not get in or was pushed out: `item` itself, the oldest, or nothing
  std::optional<Item> push(Item item, TimePoint give_up) {
    std::unique_lock lock(mutex_);
    if (when_full_ == WhenFull::wait) {
      room_.wait_until(lock, give_up, [this] { return closed_ || waiting_.size() < depth_; });
    }
    std::optional<Item> left_over;
    if (closed_) return item;
    if (waiting_.size() >= depth_) {
      if (when_full_ != WhenFull::drop_oldest) return item;
      left_over = std::move(waiting_.front());
      waiting_.pop_front();
    }
    waiting_.push_back(std::move(item));
    return left_over;
  }

  /// The oldest, if any. Never waits.
  std::optional<Item> pop() {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty()) return std::nullopt;
    Item item = std::move(waiting_.front());
    waiting_.pop_front();
    room_.notify_one();
    return item;
  }

  /// From now on nothing gets in; what waits stays to be popped.
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    room_.notify_all();
  }

  bool closed() const {
    const std::lock_guard lock(mutex_);
    return closed_;
  }

  std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return waiting_.size();
  }

 private:
  const std::size_t depth_;
  const WhenFull when_full_;
  mutable std::mutex mutex_;
  std::condition_variable room_;
  std::deque<Item> waiting_;
  bool closed_ = false;
};

}  // namespace branchline::runtime
