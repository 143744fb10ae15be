#include "transport/frame_format.h"

#include <xxhash.h>

#include <bit>
#include <cstring>
#include <string>
#include <type_traits>

namespace branchline::transport {
namespace {

template <class Number>
void put_little(HeaderBytes& bytes, std::size_t offset, Number number) {
  using Unsigned = std::make_unsigned_t<Number>;
  auto rest = static_cast<Unsigned>(number);
  for (std::size_t i = 0; i < sizeof(Number); ++i) {
    bytes[offset + i] = static_cast<std::byte>(rest & 0xFF);
    rest = static_cast<Unsigned>(static_cast<std::uint64_t>(rest) >> 8);
  }
}

template <class Number>
Number get_little(std::span<const std::byte, kHeaderBytes> bytes, std::size_t offset) {
  std::uint64_t number = 0;
  for (std::size_t i = sizeof(Number); i > 0; --i) {
    number = number << 8 | std::to_integer<std::uint64_t>(bytes[offset + i - 1]);
  }
  return static_cast<Number>(number);
}

FrameFault foreign_version(std::uint8_t major, std::uint8_t minor) {
  return make_fault(TransportErrc::incompatible,
                    "the peer speaks Branchline protocol " + std::to_string(major) + "." +
                        std::to_string(minor) + ", this side speaks " +
                        std::to_string(kMajorVersion) + "." + std::to_string(kMinorVersion) +
                        "; install the same major version of Branchline on both");
}

/// A handshake record of any TLS.
bool speaks_tls(std::span<const std::byte, kHeaderBytes> bytes) {
  return bytes[0] == std::byte{22} && bytes[1] == std::byte{3};
}

}  // namespace

std::uint32_t checksum(std::span<const std::byte> bytes) noexcept {
  return static_cast<std::uint32_t>(XXH3_64bits(bytes.data(), bytes.size()));
}

HeaderBytes encode_header(const FrameHeader& header) {
  HeaderBytes bytes{};
  std::memcpy(bytes.data(), kMagic.data(), kMagic.size());
  put_little(bytes, 4, header.major);
  put_little(bytes, 5, header.minor);
  put_little(bytes, 6, header.type);
  put_little(bytes, 8, header.flags);
  put_little(bytes, 12, header.tensor_count);
  put_little(bytes, 16, header.id);
  put_little(bytes, 24, header.payload_bytes);
  put_little(bytes, 32, header.budget_ns);
  put_little(bytes, 40, header.metadata_bytes);
  put_little(bytes, 48, header.payload_checksum);
  put_little(bytes, 56, header.metadata_checksum);
  put_little(bytes, 60, checksum(std::span(bytes).first<60>()));
  return bytes;
}

FrameFault decode_header(std::span<const std::byte, kHeaderBytes> bytes, FrameHeader& header) {
  if (std::memcmp(bytes.data(), kMagic.data(), kMagic.size()) != 0) {
    if (speaks_tls(bytes)) {
      return make_fault(TransportErrc::not_tls,
                        "the peer speaks TLS and this side does not; start it with --tls-cert and "
                        "--tls-key, or connect without --edge-ca");
    }
    return make_fault(TransportErrc::not_branchline,
                      "the peer does not speak the Branchline protocol; check host and port");
  }
  header.major = get_little<std::uint8_t>(bytes, 4);
  header.minor = get_little<std::uint8_t>(bytes, 5);
  if (header.major != kMajorVersion) return foreign_version(header.major, header.minor);
  if (get_little<std::uint32_t>(bytes, 60) != checksum(bytes.first<60>())) {
    return make_fault(TransportErrc::corrupt, "a frame's header arrived corrupted");
  }
  header.type = get_little<std::uint8_t>(bytes, 6);
  header.flags = get_little<std::uint32_t>(bytes, 8);
  header.tensor_count = get_little<std::uint32_t>(bytes, 12);
  header.id = get_little<std::uint64_t>(bytes, 16);
  header.payload_bytes = get_little<std::uint64_t>(bytes, 24);
  header.budget_ns = get_little<std::int64_t>(bytes, 32);
  header.metadata_bytes = get_little<std::uint32_t>(bytes, 40);
  header.payload_checksum = get_little<std::uint64_t>(bytes, 48);
  header.metadata_checksum = get_little<std::uint32_t>(bytes, 56);
  return {};
}

}  // namespace branchline::transport
