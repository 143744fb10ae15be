#pragma once

#include <string>
#include <vector>

#include "framework/base/tensor.h"
#include "framework/graph/layer_graph.h"

namespace branchline::apps {

/// The graph of a TorchScript file with the times of a profile of it, ready for a planner.
/// Profiles of any machine serve; only the network must be the same.
/// @param input_shapes  for a model whose manifest gives none; else empty
/// @param codec_file  what `branchline experiment codecs` measured: the codecs that a plan may use;
/// as fast on every tier as on the machine that measured, the stated slowdowns aside. Empty: none
/// @throws InputError (InputKind::model) when the model cannot be handled or profile or codecs are
/// not of it.
graph::LayerGraph profiled_graph(const std::string& model_file, const std::string& profile_file,
                                 const std::vector<Shape>& input_shapes,
                                 const std::string& codec_file);

}  // namespace branchline::apps
