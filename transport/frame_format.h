#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "transport/transport_error.h"

namespace branchline::transport {

/// The frame of protocol 1 (docs/protocol.md), little endian throughout:
///
///     header (64) | metadata | zeros to a multiple of 64 | payload 0 | zeros | payload 1 | ...
///
/// Each payload starts at a multiple of 64 from the frame's start; nothing follows the last one.
///
///     offset  size  field
///          0     4  magic "BRLN"
///          4     1  major version      a receiver refuses one it does not speak
///          5     1  minor version      a newer one is tolerated
///          6     1  type               MessageType
///          7     1  zero
///          8     4  flags              unknown bits are ignored
///         12     4  tensor count
///         16     8  request id
///         24     8  payload bytes      everything after the padded metadata
///         32     8  budget             nanoseconds left when the frame was handed to the socket;
///                                      meaningful in a Request, else zero
///         40     4  metadata bytes     without padding
///         44     4  zero, ignored
///         48     8  payload checksum   XXH3-64 of the payload section, zeros between payloads too;
///                                      zero and ignored without kPayloadChecksumFlag
///         56     4  metadata checksum  low half of XXH3-64 of the metadata
///         60     4  header checksum    low half of XXH3-64 of bytes 0..59
inline constexpr std::size_t kHeaderBytes = 64;
inline constexpr std::size_t kAlignment = 64;
inline constexpr std::array<char, 4> kMagic = {'B', 'R', 'L', 'N'};
inline constexpr std::uint8_t kMajorVersion = 1;
inline constexpr std::uint8_t kMinorVersion = 0;

/// Of `flags`: the header carries the payload checksum (capability::kPayloadChecksum).
inline constexpr std::uint32_t kPayloadChecksumFlag = 1u << 0;

using HeaderBytes = std::array<std::byte, kHeaderBytes>;

struct FrameHeader {
  std::uint8_t major = kMajorVersion;
  std::uint8_t minor = kMinorVersion;
  std::uint8_t type = 0;
  std::uint32_t flags = 0;
  std::uint32_t tensor_count = 0;
  std::uint64_t id = 0;
  std::uint64_t payload_bytes = 0;
  std::int64_t budget_ns = 0;
  std::uint32_t metadata_bytes = 0;
  std::uint64_t payload_checksum = 0;
  std::uint32_t metadata_checksum = 0;

  friend bool operator==(const FrameHeader&, const FrameHeader&) = default;
};

/// With the header's own checksum.
HeaderBytes encode_header(const FrameHeader& header);

/// Checks magic, major version and checksum, in that order; lengths are the reader's to check.
/// @returns a fault, or none and `header` filled.
FrameFault decode_header(std::span<const std::byte, kHeaderBytes> bytes, FrameHeader& header);

/// Low half of XXH3-64.
std::uint32_t checksum(std::span<const std::byte> bytes) noexcept;

/// The next multiple of kAlignment.
constexpr std::uint64_t aligned_up(std::uint64_t bytes) noexcept {
  return (bytes + (kAlignment - 1)) / kAlignment * kAlignment;
}

}  // namespace branchline::transport
