#include "transport/connection_state.h"

#include <string>

namespace branchline::transport {
namespace {

std::string seconds_of(Duration time) {
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(time).count()) + " s";
}

bool too_slow(const ConnectionState& state, const ServerLimits& limits) {
  if (state.frame_age <= limits.stall_time) return false;
  const double beyond = std::chrono::duration<double>(state.frame_age - limits.stall_time).count();
  return static_cast<double>(state.frame_received) <
         beyond * static_cast<double>(limits.min_bytes_per_s);
}

}  // namespace

std::optional<FrameFault> stalled(const ConnectionState& state, const ServerLimits& limits) {
  if (state.inside_frame && state.silent > limits.stall_time) {
    return make_fault(
        TransportErrc::malformed,
        "a message was begun and nothing more of it came for " + seconds_of(state.silent));
  }
  if (state.inside_frame && too_slow(state, limits)) {
    return make_fault(TransportErrc::malformed,
                      "a message came too slowly: " + std::to_string(state.frame_received) +
                          " bytes in " + seconds_of(state.frame_age));
  }
  if (state.unread > limits.stall_time) {
    return make_fault(TransportErrc::malformed,
                      "the client has not read its answers for " + seconds_of(state.unread));
  }
  return std::nullopt;
}

std::optional<std::size_t> first_to_leave(std::span<const ConnectionState> states,
                                          const ServerLimits& limits) {
  std::optional<std::size_t> opening;
  std::optional<std::size_t> silent;
  for (std::size_t i = 0; i < states.size(); ++i) {
    if (!states[i].standing) {
      if (!opening || states[i].age > states[*opening].age) opening = i;
    } else if (states[i].silent > limits.stall_time) {
      if (!silent || states[i].silent > states[*silent].silent) silent = i;
    }
  }
  return opening ? opening : silent;
}

std::optional<std::size_t> first_to_free(std::span<const ConnectionState> states,
                                         std::uint64_t bytes) {
  std::optional<std::size_t> largest;
  for (std::size_t i = 0; i < states.size(); ++i) {
    const std::uint64_t held = states[i].frame_missing;
    if (held > bytes && (!largest || held > states[*largest].frame_missing)) largest = i;
  }
  return largest;
}

}  // namespace branchline::transport
