#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace branchline::transport {

/// First in, first out, in one block: once warm nothing is allocated, where std::deque allocates a
/// block every few elements. A block of more than kKept is freed when it is empty. A removed
/// element is moved from or destroyed at once. T is movable and has a default. Not thread-safe.
template <class T>
class Ring {
 public:
  static constexpr std::size_t kKept = 64;

  std::size_t capacity() const noexcept { return slots_.size(); }
  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }

  /// Counted from the oldest.
  T& operator[](std::size_t i) noexcept { return slots_[(first_ + i) & (slots_.size() - 1)]; }
  const T& operator[](std::size_t i) const noexcept {
    return slots_[(first_ + i) & (slots_.size() - 1)];
  }
  T& front() noexcept { return (*this)[0]; }
  const T& front() const noexcept { return (*this)[0]; }

  void push_back(T value) {
    if (size_ == slots_.size()) grow();
    (*this)[size_++] = std::move(value);
  }

  T take_front() {
    T value = std::exchange(front(), T{});
    first_ = (first_ + 1) & (slots_.size() - 1);
    --size_;
    free_if_large();
    return value;
  }

  /// The order of the others stays.
  T take(std::size_t i) {
    T value = std::move((*this)[i]);
    for (; i + 1 < size_; ++i) (*this)[i] = std::move((*this)[i + 1]);
    (*this)[--size_] = T{};
    free_if_large();
    return value;
  }

 private:
  void free_if_large() noexcept {
    if (size_ > 0 || slots_.size() <= kKept) return;
    slots_ = {};
    first_ = 0;
  }

  void grow() {
    std::vector<T> larger(slots_.empty() ? 8 : slots_.size() * 2);
    for (std::size_t i = 0; i < size_; ++i) larger[i] = std::move((*this)[i]);
    slots_ = std::move(larger);
    first_ = 0;
  }

  std::vector<T> slots_;  // their number is a power of two
  std::size_t first_ = 0;
  std::size_t size_ = 0;
};

}  // namespace branchline::transport
