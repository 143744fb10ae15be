#pragma once

#include <chrono>
#include <cstdint>

#include "framework/base/clock.h"
#include "transport/security.h"

namespace branchline::transport {

/// What all connections of a server may take together, and how long each may dawdle. What one frame
/// and one connection may take stands in FrameLimits and in the Welcome.
struct ServerLimits {
  std::uint32_t max_connections = 256;
  /// Payloads of messages that arrive or wait for their answer, of all connections.
  std::uint64_t max_incoming_bytes = 1ull << 30;
  /// Messages that wait to be written, of all connections.
  std::uint64_t max_outgoing_bytes = 1ull << 30;
  /// TLS, token and Hello together.
  Duration handshake_time = std::chrono::seconds(5);
  /// A message that was begun may pause so long, and so may a client that must read its answers.
  Duration stall_time = std::chrono::seconds(10);
  /// Beyond stall_time a message must have come at this rate since it began.
  std::uint64_t min_bytes_per_s = 1024;
};

/// What guards a server against whoever reaches its port.
struct ServerProtection {
  ServerLimits limits;
  ServerSecurity security;
};

}  // namespace branchline::transport
