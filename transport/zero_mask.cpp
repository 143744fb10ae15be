#include "transport/zero_mask.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

namespace branchline::transport {
namespace {

constexpr std::size_t kGroup = 8;  // elements of a byte of the mask

/// Branch-free: zeros come too irregularly to be predicted.
template <class T>
std::size_t mask_group(const std::byte* in, std::size_t count, std::byte& mask,
                       std::byte* out) noexcept {
  unsigned bits = 0;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < count; ++i) {
    T element;
    std::memcpy(&element, in + i * sizeof(T), sizeof(T));
    const unsigned bit = element != 0 ? 1 : 0;
    bits |= bit << i;
    std::memcpy(out + kept * sizeof(T), &element, sizeof(T));
    kept += bit;
  }
  mask = static_cast<std::byte>(bits);
  return kept * sizeof(T);
}

template <class T>
std::size_t mask_elements(std::span<const std::byte> in, std::byte* out) noexcept {
  const std::size_t elements = in.size() / sizeof(T);
  std::byte* mask = out;
  std::byte* next = out + mask_bytes(elements);
  std::size_t i = 0;
  for (; i + kGroup <= elements; i += kGroup) {
    next += mask_group<T>(in.data() + i * sizeof(T), kGroup, *mask++, next);
  }
  if (i < elements) next += mask_group<T>(in.data() + i * sizeof(T), elements - i, *mask, next);
  return static_cast<std::size_t>(next - out);
}

template <class T>
const std::byte* unmask_group(const std::byte* next, unsigned bits, std::size_t count,
                              std::byte* out) noexcept {
  for (std::size_t i = 0; i < count; ++i) {
    const unsigned bit = bits >> i & 1u;
    T element;
    std::memcpy(&element, next, sizeof(T));
    element = bit != 0 ? element : T{0};
    std::memcpy(out + i * sizeof(T), &element, sizeof(T));
    next += bit * sizeof(T);
  }
  return next;
}

std::size_t count_bits(std::span<const std::byte> mask) noexcept {
  std::size_t bits = 0;
  for (const std::byte byte : mask) {
    bits += static_cast<std::size_t>(std::popcount(std::to_integer<std::uint8_t>(byte)));
  }
  return bits;
}

template <class T>
bool unmask_elements(std::span<const std::byte> in, std::span<std::byte> out) noexcept {
  const std::size_t elements = out.size() / sizeof(T);
  if (in.size() < mask_bytes(elements)) return false;
  const std::span<const std::byte> mask = in.first(mask_bytes(elements));
  if (count_bits(mask) * sizeof(T) != in.size() - mask.size()) return false;
  const std::size_t rest = elements % kGroup;
  if (rest != 0 && std::to_integer<unsigned>(mask.back()) >> rest != 0) return false;
  const std::byte* next = in.data() + mask.size();
  for (std::size_t i = 0; i < elements; i += kGroup) {
    next = unmask_group<T>(next, std::to_integer<unsigned>(mask[i / kGroup]),
                           std::min(kGroup, elements - i), out.data() + i * sizeof(T));
  }
  return true;
}

}  // namespace

std::size_t mask_zeros(std::span<const std::byte> in, std::size_t element_bytes,
                       std::byte* out) noexcept {
  switch (element_bytes) {
    case 2:
      return mask_elements<std::uint16_t>(in, out);
    case 4:
      return mask_elements<std::uint32_t>(in, out);
    case 8:
      return mask_elements<std::uint64_t>(in, out);
    default:
      return mask_elements<std::uint8_t>(in, out);
  }
}

bool unmask_zeros(std::span<const std::byte> in, std::size_t element_bytes,
                  std::span<std::byte> out) noexcept {
  switch (element_bytes) {
    case 2:
      return unmask_elements<std::uint16_t>(in, out);
    case 4:
      return unmask_elements<std::uint32_t>(in, out);
    case 8:
      return unmask_elements<std::uint64_t>(in, out);
    default:
      return unmask_elements<std::uint8_t>(in, out);
  }
}

}  // namespace branchline::transport
