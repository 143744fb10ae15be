#pragma once

#include <string>
#include <vector>

#include "framework/graph/layer_graph.h"
#include "framework/model/graph_recording.h"
#include "framework/model/unit_fusion.h"
#include "framework/model/unit_graph.h"
#include "framework/model/unit_names.h"

namespace branchline::model {

struct UnitTable {
  graph::LayerGraph layers;  ///< without name, digest, batchable and the exits' accuracies
  UnitGraph unit_graph;
};

/// Writes the units down: values that cross, their types and shapes as recorded with batch 1,
/// features, names, exits.
UnitTable make_unit_table(const std::shared_ptr<torch::jit::Graph>& graph,
                          const std::vector<FusedUnit>& units, const Recording& recording,
                          UnitNames& names, const std::vector<std::string>& exit_names);

/// Whether requests may be stacked along dimension 0: every value that can cross holds, in the run
/// of both inputs at once, the values of the two single runs, one behind the other.
bool stacks_along_batch(const UnitGraph& unit_graph, const Recording& first,
                        const Recording& second, const Recording& both);

/// |a - b| <= 1e-4 of the largest element, and the same where it is not finite; same shape and
/// type.
bool nearly_equal(const at::Tensor& a, const at::Tensor& b);

}  // namespace branchline::model
