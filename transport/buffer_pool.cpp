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
    ::operator delete (buffer, std::align_val_t{kAlignment});
  }

  std::byte* take(std::size_t size) {
    {
      const std::lock_guard lock(mutex);
      ++stats.taken;
      stats.in_use_bytes += size;
      stats.largest_bytes = std::max(stats.largest_bytes, size);
      const auto found = idle.find(size);
      if (found != idle.end() && !found->second.empty()) {
        std::byte* buffer = found->second.back();
        found->second.pop_back();
        stats.idle_bytes -= size;
        return buffer;
      }
      ++stats.allocated;
    }
    return static_cast<std::byte*>(::operator new (size, std::align_val_t{kAlignment}));
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

BufferPool::BufferPool(std::size_t max_idle_bytes)
    : shelves_(std::make_shared<Shelves>(max_idle_bytes)) {}

std::shared_ptr<std::byte[]> BufferPool::take(std::size_t bytes) {
  const std::size_t size = pool_size_class(bytes);
  std::byte* buffer = shelves_->take(size);
  return {buffer,
          [shelves = shelves_, size](std::byte* returned) { shelves->give_back(returned, size); }};
}

BufferPool::Stats BufferPool::stats() const {
  const std::lock_guard lock(shelves_->mutex);
  return shelves_->stats;
}

}  // namespace branchline::transport
