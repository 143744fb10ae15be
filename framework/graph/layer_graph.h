#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "framework/base/tier.h"
#include "framework/base/unit_ranges.h"
#include "framework/graph/exit_point.h"
#include "framework/graph/unit.h"

namespace branchline::graph {

/// The network as the planners see it: an acyclic graph of fused units with bytes, times and exits.
/// A value: data only. Invariants (validate_graph.h checks them): units[i].id == i, every input
/// comes from a smaller id, unit 0 is the only one without inputs (several model inputs are the
/// several outputs of unit 0), there is at least one exit.
struct LayerGraph {
  std::string name;
  std::string
      digest;  ///< network digest (framework/model/model_digest.h); empty for hand-written graphs
  bool batchable = false;   ///< several requests may run stacked along dimension 0
  std::vector<Tier> tiers;  ///< the tiers Unit::time speaks of; empty when not profiled
  std::vector<Unit> units;
  std::vector<ExitPoint> exits;  ///< earliest first

  std::int32_t unit_count() const noexcept { return static_cast<std::int32_t>(units.size()); }
  int exit_count() const noexcept { return static_cast<int>(exits.size()); }
  friend bool operator==(const LayerGraph&, const LayerGraph&) = default;
};

/// Units that read an output of each unit, ascending, without duplicates.
std::vector<std::vector<std::int32_t>> consumers(const LayerGraph& graph);

/// Units that read an output of each unit, ascending and without duplicates, counting only the
/// units in `among`.
std::vector<std::vector<std::int32_t>> consumers_among(const LayerGraph& graph,
                                                       const std::vector<bool>& among);

/// The units exit number `exit` (from 0) needs, as a mask over unit ids; unit 0 is always among
/// them.
std::vector<bool> units_of_exit(const LayerGraph& graph, int exit);

/// Head of an exit: the units that no other exit needs, ascending. O(n + m + exits).
std::vector<std::int32_t> head_units(const LayerGraph& graph, int exit);

/// An exit's units and the narrow places among them.
struct ExitUnits {
  std::vector<bool> needed;                ///< units_of_exit
  std::vector<std::int32_t> cut_vertices;  ///< ascending
};

/// Cut vertices of the exit's sub-graph: the units that lie on every path from unit 0 to the exit;
/// the first is 0, the last the exit's own unit. Cutting behind one of them lets only its outputs
/// cross. O(n + m). Zhang et al., QDMP, IMWUT 2020 (algorithms: one sweep, here from the exit, that
/// keeps the furthest index reached).
ExitUnits exit_units(const LayerGraph& graph, int exit);

/// exit_units' cut vertices.
std::vector<std::int32_t> cut_vertices(const LayerGraph& graph, int exit);

}  // namespace branchline::graph
