#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "apps/lab/sweep/lab_network.h"
#include "framework/graph/layer_graph.h"

namespace branchline::lab {

/// The graphs that an experiment's planners are given. Stateless.

/// Every way to send an output takes so many bytes more: those of its frame.
graph::LayerGraph with_overhead(graph::LayerGraph graph, std::int64_t bytes);

/// With every codec of the engine that costs little accuracy.
graph::LayerGraph with_engine_codecs(const graph::LayerGraph& graph,
                                     const runtime::WireCosts& wire);

/// As papers see a network that takes pictures: its input is the normalised f32 tensor. Unit 0 puts
/// out what the normalisation does and takes the device's time for it, which is then free. What is
/// planned with it is right once keep_normalisation_on_device has seen to it.
graph::LayerGraph as_published(graph::LayerGraph graph);
void keep_normalisation_on_device(const graph::LayerGraph& graph,
                                  std::vector<std::optional<Tier>>& tier);

/// Every unit takes what Edgent's regressions over the network's layers say.
graph::LayerGraph with_regression_times(graph::LayerGraph graph, const LabNetwork& network);

/// The device's units whose outputs the edge reads, ascending.
std::vector<std::int32_t> sending_units(const graph::LayerGraph& graph,
                                        const std::vector<std::optional<Tier>>& tier);

}  // namespace branchline::lab
