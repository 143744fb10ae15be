#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "apps/health/edge_health.h"
#include "transport/channel.h"

namespace branchline::apps {

/// The health pages over HTTP, and the agent's line over TCP, on one thread of their own: they
/// answer whatever the edge is doing. Bounded in connections, request size and time; no answer
/// depends on anything the client sent but the path.
class HealthServer {
 public:
  /// @param http        where the pages are; port 0: any free one
  /// @param agent_port  of the same host; nullopt: no agent; 0: any free one
  /// @param health      must outlive this
  /// @throws InputError when an address cannot be bound.
  HealthServer(const transport::Endpoint& http, std::optional<std::uint16_t> agent_port,
               const EdgeHealth& health);
  ~HealthServer();

  std::uint16_t http_port() const;
  bool open_to_others() const;       ///< bound to more than loopback
  std::uint16_t agent_port() const;  ///< 0 without an agent

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace branchline::apps
