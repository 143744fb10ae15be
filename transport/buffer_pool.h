#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "transport/memory_budget.h"

namespace branchline::transport {

/// Hands out buffers aligned to kAlignment and takes them back when their last owner lets go, so
/// that a warm connection neither calls the allocator nor faults pages in. Keeps at most
/// `max_idle_bytes` of returned buffers. Safe from any thread; buffers may outlive the pool.
class BufferPool {
 public:
  explicit BufferPool(std::size_t max_idle_bytes = 64u << 20);

  /// At least `bytes` long (0 gives a valid pointer too), contents unspecified.
  /// `charged` gets `bytes` back with the buffer, or when there is none.
  /// @throws std::bad_alloc
  std::shared_ptr<std::byte[]> take(std::size_t bytes, std::shared_ptr<MemoryBudget> charged = {});

  struct Stats {
    std::uint64_t taken = 0;      ///< calls of take()
    std::uint64_t allocated = 0;  ///< of them, those that had to ask the allocator
    std::size_t in_use_bytes = 0;
    std::size_t idle_bytes = 0;
    std::size_t largest_bytes = 0;  ///< largest buffer ever handed out
  };
  Stats stats() const;

 private:
  struct Shelves;
  template <class T>
  struct InPlace;
  std::shared_ptr<Shelves> shelves_;
};

}  // namespace branchline::transport
