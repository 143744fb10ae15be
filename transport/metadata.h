#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "transport/message.h"
#include "transport/transport_error.h"

namespace branchline::transport {

/// The number of a message's type in the frame header: its place in Body, from 1.
std::uint8_t type_of(const Body& body) noexcept;

/// How many types this minor version knows.
inline constexpr std::uint8_t kMessageTypes = static_cast<std::uint8_t>(std::variant_size_v<Body>);

/// The tensors a body carries; null when its type has none.
const std::vector<WireTensor>* tensors_of(const Body& body) noexcept;
std::vector<WireTensor>* tensors_of(Body& body) noexcept;

/// Upper bounds of what metadata may hold, for both directions.
inline constexpr std::int32_t kMaxUnitId = 65535;
inline constexpr std::size_t kMaxStages = 64;
inline constexpr std::size_t kMaxRank = 16;
inline constexpr std::size_t kMaxTextBytes = 4096;
inline constexpr Duration kMaxWireDuration = std::chrono::hours(24);

/// Appends the body's metadata (a cereal portable-binary block; nothing for types without fields).
/// The budget and the payloads travel outside. @returns a fault when the body breaks a bound, with
/// the bytes then unusable.
FrameFault encode_metadata(const Body& body, std::vector<std::byte>& bytes);

/// @param type   a known one, 1 .. kMessageTypes
/// @param exact  refuse bytes after the last field; false for frames of a newer minor version
/// @returns a fault, or none and `body` filled; its tensors have no payload yet. Allocates no more
///          than about 16 times the bytes given.
FrameFault decode_metadata(std::uint8_t type, std::span<const std::byte> bytes, bool exact,
                           Body& body);

}  // namespace branchline::transport
