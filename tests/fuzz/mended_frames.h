#pragma once

#include <xxhash.h>

#include <cstring>
#include <span>

#include "transport/frame_format.h"

namespace branchline::testing {

/// Puts the magic, this side's major version and right checksums into the frames that the bytes
/// could be, so that a fuzzer gets past them to the fields.
inline void mend_frames(std::span<std::byte> bytes) {
  using transport::kHeaderBytes;
  const auto put = [&](std::size_t at, auto number) {
    std::memcpy(bytes.data() + at, &number, sizeof number);
  };
  const auto at = [&]<class Number>(std::size_t offset, Number number) {
    std::memcpy(&number, bytes.data() + offset, sizeof number);
    return number;
  };
  while (bytes.size() >= kHeaderBytes) {
    std::memcpy(bytes.data(), transport::kMagic.data(), transport::kMagic.size());
    put(4, transport::kMajorVersion);
    const auto flags = at(8, std::uint32_t{});
    const auto payload = at(24, std::uint64_t{});
    const std::uint64_t metadata = at(40, std::uint32_t{});
    const std::uint64_t plain = kHeaderBytes + metadata;
    if (plain <= bytes.size()) put(56, transport::checksum(bytes.subspan(kHeaderBytes, metadata)));
    const std::uint64_t before = payload > 0 ? transport::aligned_up(plain) : plain;
    const bool whole = before <= bytes.size() && payload <= bytes.size() - before;
    if (whole && (flags & transport::kPayloadChecksumFlag) != 0) {
      put(48, std::uint64_t{XXH3_64bits(bytes.data() + before, payload)});
    }
    put(60, transport::checksum(bytes.first<60>()));
    if (!whole) return;
    bytes = bytes.subspan(before + payload);
  }
}

}  // namespace branchline::testing
