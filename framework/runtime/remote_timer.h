#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "framework/graph/layer_graph.h"
#include "framework/profile/unit_timer.h"
#include "transport/channel.h"

namespace branchline::runtime {

/// Sends a query and hands its reply to `done`: a ProfileReply, or a Refused that says why there is
/// none, also when the connection ends. `done` is called once, on any thread. How an engine
/// profiles its edge over the connection it has.
using AskProfile = std::function<void(transport::ProfileQuery query,
                                      std::function<void(transport::Body reply)> done)>;

/// What an edge told about itself while it was profiled.
struct RemoteMachine {
  profile::ProfileKey key;
  Duration load{0};
};

/// Times slices of `graph` on an edge, one query after the other; blocks its caller.
/// @param machine  filled by each reply; shared with the caller
/// The result throws RunError with the edge's sentence when it refuses or the connection ends, or
/// after `patience` without a reply.
profile::RunSlice remote_runs(const graph::LayerGraph& graph, AskProfile ask,
                              std::shared_ptr<RemoteMachine> machine,
                              Duration patience = std::chrono::minutes(2));

/// Times slices over a connection of its own, for `branchline profile --edge`.
class EdgeProfiler {
 public:
  /// @throws RunError with a sentence when no edge answers within `timeout` or it lacks the
  /// network.
  EdgeProfiler(const graph::LayerGraph& graph, const std::string& endpoint, Duration timeout,
               const transport::ClientSecurity& security = {});
  ~EdgeProfiler();

  profile::RunSlice runs() const;
  RemoteMachine machine() const;  ///< after the first run

 private:
  struct Parts;
  std::shared_ptr<Parts> parts_;
};

}  // namespace branchline::runtime
