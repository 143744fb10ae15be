#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "framework/graph/layer_graph.h"
#include "framework/planner/internal/cut_problem.h"
#include "framework/planner/internal/exact_cut.h"

namespace branchline::planner::internal {

/// What a placement on device and edge uses: nanoseconds of device, nanoseconds of edge, bytes up.
/// Encoding is the device's time, decoding the edge's.
/// Its latency under any link, load and tier speed is linear in these three.
using Resources = std::array<std::int64_t, 3>;
constexpr std::size_t kDeviceTime = 0, kEdgeTime = 1, kUplinkBytes = 2;

struct ResourcePlan {
  Resources uses{};
  Labels labels;  ///< by node of the exit's CutProblem
  std::vector<CrossingCodec> codecs;
  double accuracy_loss = 0;
  bool remote() const { return labels.back() != Tier::device; }
};

/// One exit's placements on two tiers and the codecs of what crosses, priced by weights per unit of
/// each resource.
class ResourceCut {
 public:
  /// @throws InputError when the graph is not profiled for two tiers, or when the times or the
  /// bytes add up to 2^40 or more (18 minutes, 1 TB): beyond that weights times resources would no
  /// longer fit into integers.
  ResourceCut(const graph::LayerGraph& graph, int exit);

  /// Cheapest placement. `remote` is paid once when anything leaves the device. Weights >= 0, below
  /// 2^83. nullopt when no placement can run. One min-cut.
  std::optional<ResourcePlan> cheapest(const std::array<WideSum, 3>& weights, WideSum remote) const;

  /// Everything on the device; nullopt when it cannot run something.
  std::optional<ResourcePlan> device_only() const;

  /// The placement as price_plan takes it.
  std::vector<std::optional<Tier>> tiers(const Labels& labels) const;

 private:
  /// A way to send a node's outputs.
  struct Sending {
    Resources uses{};
    const graph::CodecOption* codec = nullptr;  ///< null: raw
  };
  const Sending& cheapest_sending(std::size_t node, const std::array<WideSum, 3>& weights) const;
  ResourcePlan plan_of(Labels labels, const std::array<WideSum, 3>& weights) const;

  const graph::LayerGraph& graph_;
  CutProblem problem_;                          ///< its costs are filled in per question
  std::vector<std::vector<Sending>> sendings_;  ///< by node; raw first
};

}  // namespace branchline::planner::internal
