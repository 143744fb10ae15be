#pragma once

#include <atomic>
#include <cstdint>

namespace branchline::transport {

/// Bytes that many owners may hold together. Safe from any thread.
class MemoryBudget {
 public:
  explicit MemoryBudget(std::uint64_t total) : total_(total) {}

  /// @returns false, and takes nothing, when so many are not left.
  bool try_take(std::uint64_t bytes) noexcept {
    std::uint64_t used = used_.load();
    do {
      if (bytes > total_ - used) return false;
    } while (!used_.compare_exchange_weak(used, used + bytes));
    return true;
  }

  void give_back(std::uint64_t bytes) noexcept { used_ -= bytes; }

  /// What may be used before it is time to ask for some of it back.
  std::uint64_t enough() const noexcept { return total_ - total_ / 8; }
  std::uint64_t used() const noexcept { return used_.load(); }

 private:
  const std::uint64_t total_;
  std::atomic<std::uint64_t> used_{0};
};

}  // namespace branchline::transport
