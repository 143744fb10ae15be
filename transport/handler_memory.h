#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <new>
#include <utility>

namespace branchline::transport {

/// Room for one pending Asio handler, so that what is posted again and again allocates nothing;
/// Asio's own recycling helps on its threads only. A second handler, or one too large, goes to the
/// heap. Safe from any thread. Must outlive its handlers: they hold what owns it.
class HandlerMemory {
 public:
  HandlerMemory() = default;
  HandlerMemory(const HandlerMemory&) = delete;
  HandlerMemory& operator=(const HandlerMemory&) = delete;

  void* take(std::size_t bytes) {
    if (bytes <= room_.size() && !taken_.exchange(true)) return room_.data();
    return ::operator new(bytes);
  }
  void give_back(void* memory) {
    if (memory == room_.data()) {
      taken_.store(false);
    } else {
      ::operator delete(memory);
    }
  }

 private:
  alignas(std::max_align_t) std::array<std::byte, 256> room_;
  std::atomic<bool> taken_{false};
};

template <class T>
struct HandlerAllocator {
  using value_type = T;

  explicit HandlerAllocator(HandlerMemory& source) noexcept : memory(&source) {}
  template <class U>
  HandlerAllocator(const HandlerAllocator<U>& other) noexcept : memory(other.memory) {}

  T* allocate(std::size_t count) { return static_cast<T*>(memory->take(count * sizeof(T))); }
  void deallocate(T* object, std::size_t) { memory->give_back(object); }

  template <class U>
  bool operator==(const HandlerAllocator<U>& other) const noexcept {
    return memory == other.memory;
  }

  HandlerMemory* memory;
};

/// A handler that Asio keeps in `memory`.
template <class Handler>
class HandlerInMemory {
 public:
  using allocator_type = HandlerAllocator<void*>;

  HandlerInMemory(HandlerMemory& memory, Handler handler)
      : memory_(&memory), handler_(std::move(handler)) {}

  allocator_type get_allocator() const noexcept { return allocator_type(*memory_); }

  template <class... Arguments>
  void operator()(Arguments&&... arguments) {
    handler_(std::forward<Arguments>(arguments)...);
  }

 private:
  HandlerMemory* memory_;
  Handler handler_;
};

template <class Handler>
HandlerInMemory<Handler> in_memory(HandlerMemory& memory, Handler handler) {
  return {memory, std::move(handler)};
}

}  // namespace branchline::transport
