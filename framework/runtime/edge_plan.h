#pragma once

#include <string>
#include <variant>
#include <vector>

#include "framework/graph/layer_graph.h"
#include "framework/slice/slice.h"
#include "transport/message.h"

namespace branchline::runtime {

/// A peer's plan that makes sense to this network: what this edge runs of it.
struct EdgePlan {
  int exit = 0;
  UnitRanges units;
  std::vector<graph::ValueId> inputs;   ///< ascending; what the request must bring
  std::vector<graph::ValueId> outputs;  ///< ascending; what the answer hands out

  friend bool operator==(const EdgePlan&, const EdgePlan&) = default;
};

/// Trusts nothing in `plan`: exit, unit ids, order and convexity of the units, outputs.
/// @returns the plan, or a sentence that says what does not fit. O(units + edges). Stateless.
std::variant<EdgePlan, std::string> check_plan(const graph::LayerGraph& graph,
                                               const transport::RemotePlan& plan);

/// A sentence when the tensors are not exactly the plan's inputs, or one does not fit its value;
/// empty when all is well. Looks at no payload byte.
std::string check_tensors(const graph::LayerGraph& graph, const EdgePlan& plan,
                          const std::vector<transport::WireTensor>& tensors);

/// The plan's units as up to `pieces` (>= 1) consecutive slices of about equal cost, divided where
/// little crosses: between two of them the clock is read. Fewer where the units cannot be divided.
std::vector<slice::SliceSpec> chop(const graph::LayerGraph& graph, const EdgePlan& plan,
                                   int pieces);

}  // namespace branchline::runtime
