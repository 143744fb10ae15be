#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <vector>

#include "transport/connection_state.h"
#include "transport/memory_budget.h"
#include "transport/server_limits.h"

namespace branchline::transport {

class TcpChannel;

/// The connections of one server and the limits that they share. On the I/O thread only, but for
/// the budgets and must_relieve().
class ConnectionTable {
 public:
  explicit ConnectionTable(const ServerLimits& limits);

  /// Whether one more may come; ends the one that must make room, if any must.
  bool make_room();
  void add(const std::shared_ptr<TcpChannel>& channel);

  /// Ends those that stall.
  void sweep();

  /// Takes memory for a message of `bytes` that is about to arrive; where there is none left the
  /// connections that claimed more than they sent end. @returns whether it was taken.
  bool take_memory(std::uint64_t bytes);

  /// From any thread: whether so much waits to be written that somebody must call relieve(); told
  /// to one caller.
  bool must_relieve() noexcept;
  /// Ends the connections that leave most unread, until there is memory for the others again.
  void relieve();

  const ServerLimits& limits() const noexcept { return limits_; }
  const std::shared_ptr<MemoryBudget>& memory() const noexcept { return memory_; }
  const std::shared_ptr<MemoryBudget>& outgoing() const noexcept { return outgoing_; }

 private:
  std::vector<std::shared_ptr<TcpChannel>> alive();
  bool hurry_one_along();

  const ServerLimits limits_;
  const std::shared_ptr<MemoryBudget> memory_;    ///< of what arrives
  const std::shared_ptr<MemoryBudget> outgoing_;  ///< of what waits to be written
  std::vector<std::weak_ptr<TcpChannel>> channels_;
  std::atomic<bool> relief_comes_{false};
};

}  // namespace branchline::transport
