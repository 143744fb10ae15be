#include "transport/buffer_pool.h"

#include <algorithm>
#include <bit>
#include <map>
#include <mutex>
#include <new>
#include <vector>

#include "transport/frame_format.h"

namespace branchline::transport {
namespace {

/// Before each buffer, for the control block of the pointer that owns it.
constexpr std::size_t kControlBytes = 2 * kAlignment;

/// Four sizes an octave: at most a quarter of a buffer is never touched.
std::size_t pool_size_class(std::size_t bytes) {
  constexpr std::size_t kSmallest = 1024;
  if (bytes <= kSmallest) return kSmallest;
  const std::size_t step = std::bit_floor(bytes - 1) / 4;
  return (bytes + step - 1) / step * step;
}

}  // namespace

struct BufferPool::Shelves {
  explicit Shelves(std::size_t max_idle) : max_idle_bytes(max_idle) {}
  ~Shelves() {
    for (auto& [size, buffers] : idle) {
      for (std::byte* buffer : buffers) release(buffer);
    }
  }

  static void release(std::byte* buffer) {
    ::operator delete (buffer - kControlBytes, std::align_val_t{kAlignment});
  }

  std::byte* take(std::size_t size) {
    {
      const std::lock_guard lock(mutex);
      const auto found = idle.find(size);
      if (found != idle.end() && !found->second.empty()) {
        std::byte* buffer = found->second.back();
        found->second.pop_back();
        stats.idle_bytes -= size;
        count(size);
        return buffer;
      }
    }
    void* const block = ::operator new (kControlBytes + size, std::align_val_t{kAlignment});
    const std::lock_guard lock(mutex);
    ++stats.allocated;
    count(size);
    return static_cast<std::byte*>(block) + kControlBytes;
  }

  /// Holding the lock.
  void count(std::size_t size) {
    ++stats.taken;
    stats.in_use_bytes += size;
    stats.largest_bytes = std::max(stats.largest_bytes, size);
  }

  void give_back(std::byte* buffer, std::size_t size) {
    {
      const std::lock_guard lock(mutex);
      stats.in_use_bytes -= size;
      if (stats.idle_bytes + size <= max_idle_bytes) {
        stats.idle_bytes += size;
        idle[size].push_back(buffer);
        return;
      }
    }
    release(buffer);
  }

  const std::size_t max_idle_bytes;
  mutable std::mutex mutex;
  std::map<std::size_t, std::vector<std::byte*>> idle;
  Stats stats;
};

/// Puts the control block into the room before the buffer, and gives both back when the block is
/// let go: weak pointers may keep it longer than the buffer's last owner.
template <class T>
struct BufferPool::InPlace {
  using value_type = T;

  InPlace(std::shared_ptr<Shelves> owner, std::byte* begin, std::size_t bytes) noexcept
      : shelves(std::move(owner)), buffer(begin), size(bytes) {}
  template <class U>
  InPlace(const InPlace<U>& other) noexcept
      : shelves(other.shelves), buffer(other.buffer), size(other.size) {}

  T* allocate(std::size_t) {
    static_assert(sizeof(T) <= kControlBytes && alignof(T) <= kAlignment);
    return reinterpret_cast<T*>(buffer - kControlBytes);
  }
  void deallocate(T*, std::size_t) { shelves->give_back(buffer, size); }

  template <class U>
  bool operator==(const InPlace<U>& other) const noexcept {
    return buffer == other.buffer;
  }

  std::shared_ptr<Shelves> shelves;
  std::byte* buffer;
  std::size_t size;
};

BufferPool::BufferPool(std::size_t max_idle_bytes)
    : shelves_(std::make_shared<Shelves>(max_idle_bytes)) {}

std::shared_ptr<std::byte[]> BufferPool::take(std::size_t bytes,
                                              std::shared_ptr<MemoryBudget> charged) {
  const std::size_t size = pool_size_class(bytes);
  std::byte* buffer = nullptr;
  try {
    buffer = shelves_->take(size);
  } catch (...) {
    if (charged) charged->give_back(bytes);
    throw;
  }
  const auto settle = [bytes, budget = std::move(charged)](std::byte*) {
    if (budget) budget->give_back(bytes);
  };
  return {buffer, settle, InPlace<std::byte>(shelves_, buffer, size)};
}

BufferPool::Stats BufferPool::stats() const {
  const std::lock_guard lock(shelves_->mutex);
  return shelves_->stats;
}

}  // namespace branchline::transport
