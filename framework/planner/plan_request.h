#pragma once

#include <optional>

#include "framework/graph/layer_graph.h"
#include "framework/planner/plan.h"

namespace branchline::planner {

/// One hop. Goodput in bytes/s, > 0; round trip >= 0.
struct LinkSpeed {
  double uplink_bytes_per_s = 0;
  double downlink_bytes_per_s = 0;
  Nanoseconds round_trip{0};

  friend bool operator==(const LinkSpeed&, const LinkSpeed&) = default;
};

/// What a planner is asked. The graph is borrowed and must be profiled for two tiers (device, edge)
/// or three.
struct PlanRequest {
  const graph::LayerGraph& graph;
  LinkSpeed link;                            ///< device–edge
  std::optional<LinkSpeed> link2;            ///< edge–cloud; required with three tiers
  std::optional<int> exit;                   ///< index from 0; nullopt: the planner chooses
  std::optional<Nanoseconds> deadline;       ///< duration from the start of the request
  std::optional<std::int64_t> result_bytes;  ///< nullopt: the bytes of the exit's logits
  Nanoseconds edge_queue{0};  ///< waiting time expected at the edge, paid once when it is used
  std::optional<LinkSpeed> direct_link =
      {};  ///< device–cloud, past the edge; only with three tiers
  /// Most that the crossings' codecs may lose together, 0..1; nullopt: any that the graph lists.
  std::optional<double> max_accuracy_loss = std::nullopt;
  std::optional<std::int64_t> max_uplink_bytes = std::nullopt;  ///< device–edge
};

/// What can be wrong with a request whatever solves it.
/// @throws InputError when a goodput is not positive, a time or size is negative, a share is none
/// or the exit is not there.
void check_request(const PlanRequest& request);

}  // namespace branchline::planner
