#pragma once

#include <torch/script.h>

#include <memory>
#include <string>

#include "framework/model/unit_graph.h"
#include "framework/slice/slice_spec.h"

namespace branchline::testing {

/// A module in evaluation mode from TorchScript text. Parameters `w0`, `w1`, … may be added first.
torch::jit::Module script_module(const std::string& forward,
                                 const std::vector<at::Tensor>& weights = {});

/// `forward` of the frozen module as a graph without `self`.
std::shared_ptr<torch::jit::Graph> frozen_graph(const torch::jit::Module& module);

/// A graph whose every node is a unit: what the model box makes, without its fusion.
struct NodeUnits {
  graph::LayerGraph layers;
  model::UnitGraph units;
};

NodeUnits unit_per_node(const std::shared_ptr<torch::jit::Graph>& graph);

}  // namespace branchline::testing
