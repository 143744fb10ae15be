#pragma once

#include <cstdint>
#include <memory>

#include "framework/base/clock.h"
#include "transport/buffer_pool.h"
#include "transport/channel.h"

namespace branchline::soak {

/// An edge without a network: it answers each request rightly, at once or after a while, refuses
/// some, obeys cancels, and drains when asked to. Replies exactly once to each.
class SoakEdge {
 public:
  /// @throws InputError when the port cannot be bound
  SoakEdge(std::uint16_t port, std::uint64_t seed);
  ~SoakEdge();
  SoakEdge(const SoakEdge&) = delete;
  SoakEdge& operator=(const SoakEdge&) = delete;

  std::uint16_t port() const;
  /// Tells the clients to go elsewhere and answers what it has; then closes their connections.
  void drain(Duration at_most);
  std::size_t clients() const;
  transport::BufferPool::Stats buffers() const;
  /// Clients that were held dead.
  std::uint64_t clients_held_dead() const;
  /// Peers closed because of what they sent.
  std::uint64_t refused_peers() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

/// Runs one as this process until SIGTERM (drains) or the parent's end; prints its port first.
int serve_as_process(std::uint16_t port, std::uint64_t seed);

}  // namespace branchline::soak
