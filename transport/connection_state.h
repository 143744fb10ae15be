#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "framework/base/clock.h"
#include "transport/server_limits.h"
#include "transport/transport_error.h"

namespace branchline::transport {

/// How a server's connection stands at one moment: what the limits are held against.
struct ConnectionState {
  bool standing = false;  ///< its handshake is done
  Duration age{0};
  Duration silent{0};  ///< since anything was received
  bool inside_frame = false;
  Duration frame_age{0};  ///< since the first byte of the message that is arriving
  std::uint64_t frame_received = 0;
  std::uint64_t frame_missing = 0;  ///< of its payload, for which memory is held already
  Duration unread{0};  ///< since it last took something of what waits for it; 0: nothing waits
};

/// Why this connection must end; nullopt: it need not.
std::optional<FrameFault> stalled(const ConnectionState& state, const ServerLimits& limits);

/// Which of them makes room for a new one: of those whose handshake is not done the oldest, else
/// the longest silent one, if that is longer than `limits.stall_time`; nullopt: none.
std::optional<std::size_t> first_to_leave(std::span<const ConnectionState> states,
                                          const ServerLimits& limits);

/// Which of them makes room in memory for a message of `bytes`: the one that holds most of it for
/// bytes that have not come; nullopt when none holds more than `bytes`.
std::optional<std::size_t> first_to_free(std::span<const ConnectionState> states,
                                         std::uint64_t bytes);

}  // namespace branchline::transport
