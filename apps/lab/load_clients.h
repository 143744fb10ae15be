#pragma once

#include <cstdint>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "framework/base/clock.h"
#include "transport/channel.h"

namespace branchline::lab {

/// Requests of one plan, encoded beforehand: replaying them costs the load generator no compute.
struct StoredRequests {
  transport::RemotePlan plan;
  std::vector<std::vector<transport::WireTensor>> tensors;  ///< of each request
};

/// What an edge is offered for a while: Poisson arrivals, all clients together.
struct OfferedLoad {
  double per_s = 0;
  Duration duration{0};
  Duration budget{0};  ///< of a request, from its scheduled arrival
  std::uint64_t seed = 1;
};

enum class LoadFate : std::uint8_t { unanswered, answered, overloaded, expired, failed };

struct LoadedRequest {
  Duration scheduled{0};  ///< since the load began
  Duration latency{0};    ///< of an answer: since it was scheduled, however late it was sent
  LoadFate fate = LoadFate::unanswered;
};

/// Clients of an edge, a connection each, that send when the clock says so, whatever became of the
/// requests before: an open loop. For one thread; replies are noted on a thread of their own.
class LoadClients {
 public:
  /// Connects. @throws RunError when the edge does not welcome them all
  LoadClients(std::uint16_t port, int clients, const StoredRequests& requests);
  ~LoadClients();

  /// Has the edge prepare the plan. @throws RunError with its sentence when it cannot
  void prepare();

  /// What the plan takes there alone: the median of some runs. @throws RunError
  Duration time_alone();

  /// Returns when all are answered, or half a second after the last one's deadline.
  /// @throws RunError when the edge hangs up
  std::vector<LoadedRequest> run(const OfferedLoad& load);

 private:
  class Client;
  transport::Body ask(transport::Body body);

  const StoredRequests& requests_;
  std::vector<std::shared_ptr<Client>> clients_;
  std::unique_ptr<transport::IoThread> io_;
};

}  // namespace branchline::lab
