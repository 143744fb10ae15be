#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include <vector>

#include "framework/graph/unit.h"
#include "framework/model/graph_recording.h"

namespace branchline::model {

/// Weight bytes, multiply-accumulates and Edgent's filter term of a unit's nodes, for batch 1 as
/// recorded. Input and output bytes are the caller's: they depend on what crosses. Operators inside
/// control flow count their weights only.
graph::LayerFeatures features_of(const std::vector<torch::jit::Node*>& nodes,
                                 const Recording& recording);

}  // namespace branchline::model
