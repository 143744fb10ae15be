#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace branchline::testing {

/// A fuzzer's input, taken from the front; 0 when it is used up.
class InputBytes {
 public:
  explicit InputBytes(std::span<const std::byte> bytes) : rest_(bytes) {}

  std::uint8_t take() {
    if (rest_.empty()) return 0;
    const auto byte = std::to_integer<std::uint8_t>(rest_.front());
    rest_ = rest_.subspan(1);
    return byte;
  }

  std::uint16_t take_two() {
    const std::uint16_t low = take();
    return static_cast<std::uint16_t>(low | take() << 8);
  }

  std::span<const std::byte> rest() const { return rest_; }

 private:
  std::span<const std::byte> rest_;
};

/// What libFuzzer hands over.
inline std::span<const std::byte> fuzzer_bytes(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const std::byte*>(data), size};
}

}  // namespace branchline::testing
