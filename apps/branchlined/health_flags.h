#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace CLI {
class App;
}

namespace branchline::apps {

/// How branchlined tells load balancers, monitoring and people how it is.
struct HealthFlags {
  std::string http;                         ///< empty: no health server
  std::optional<std::uint16_t> agent_port;  ///< of the same host
  std::chrono::nanoseconds drain_pause = std::chrono::seconds(2);
};

/// `flags` must outlive `app`.
void add_health_flags(CLI::App& app, HealthFlags& flags);

/// @throws InputError when `http` is no address.
void require_sound(const HealthFlags& flags);

}  // namespace branchline::apps
