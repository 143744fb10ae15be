#pragma once

#include <vector>

#include "framework/graph/layer_graph.h"

namespace branchline::lab {

/// How fast a tier computes: the two ceilings of the roofline model (Williams, Waterman, Patterson,
/// 2009), both > 0.
struct MachineSpeed {
  double macs_per_s = 0;
  double bytes_per_s = 0;  ///< from and to memory

  MachineSpeed times(double factor) const { return {macs_per_s * factor, bytes_per_s * factor}; }
};

/// The graph with a time per tier for every unit: the longer of its multiply-accumulates at
/// `macs_per_s` and the bytes it reads, writes and weighs at `bytes_per_s`; the input takes none.
/// Made up, but the same everywhere, so that planners can be compared without machines.
/// @param tiers  device, edge (, cloud)
graph::LayerGraph with_roofline_times(graph::LayerGraph graph,
                                      const std::vector<MachineSpeed>& tiers);

}  // namespace branchline::lab
