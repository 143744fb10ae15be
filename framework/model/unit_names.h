#pragma once

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

#include <string>
#include <unordered_map>
#include <unordered_set>

#include "framework/model/unit_fusion.h"

namespace branchline::model {

/// Names for units: the module whose weights the unit uses and what it computes, "layer1.0.conv1
/// conv+relu"; units without weights are numbered by what they compute, "maxpool1". The same for
/// traced and scripted files.
class UnitNames {
 public:
  /// Finds each node's module by the weights it reads: call before a pass replaces weights.
  UnitNames(const torch::jit::Module& module, const torch::jit::Graph& graph);

  /// Forgets nodes that a pass removed: new ones may come to lie where they lay.
  void keep_only_nodes_of(const torch::jit::Graph& graph);

  /// Unique among all names asked for.
  std::string name_of(const FusedUnit& unit);

 private:
  std::unordered_map<const torch::jit::Node*, std::string> modules_;
  std::unordered_map<std::string, int> numbers_;
  std::unordered_set<std::string> taken_;
};

}  // namespace branchline::model
