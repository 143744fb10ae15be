#include "tests/transport/allocation_counter.h"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<bool> counting_allocations{false};
std::atomic<std::uint64_t> allocations_counted{0};

thread_local bool no_aligned_memory = false;

void* counted(void* memory) {
  if (memory == nullptr) throw std::bad_alloc();
  if (counting_allocations.load(std::memory_order_relaxed)) ++allocations_counted;
  return memory;
}

/// Not inlined: the compiler would take new with free for a mistake.
[[gnu::noinline]] void release(void* memory) noexcept { std::free(memory); }

}  // namespace

void* operator new(std::size_t bytes) { return counted(std::malloc(bytes)); }
void* operator new(std::size_t bytes, std::align_val_t alignment) {
  if (no_aligned_memory) throw std::bad_alloc();
  const auto step = static_cast<std::size_t>(alignment);
  return counted(std::aligned_alloc(step, (bytes + step - 1) / step * step));
}
void operator delete(void* memory) noexcept { release(memory); }
void operator delete(void* memory, std::size_t) noexcept { release(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { release(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { release(memory); }

namespace branchline::transport::testing {

std::uint64_t allocations_of(const std::function<void()>& work) {
  allocations_counted = 0;
  counting_allocations = true;
  work();
  counting_allocations = false;
  return allocations_counted;
}

void without_aligned_memory(const std::function<void()>& work) {
  no_aligned_memory = true;
  work();
  no_aligned_memory = false;
}

}  // namespace branchline::transport::testing
