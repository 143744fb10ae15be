#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include <memory>
#include <string>
#include <vector>

namespace branchline::model {

/// The nodes of one unit, in topological order.
struct FusedUnit {
  std::string type;  ///< layer type, see graph::Unit::type
  std::vector<torch::jit::Node*> nodes;
};

/// Partitions the graph's nodes (constants aside) into units: convex, in topological order, every
/// one reading an input of the graph or an earlier unit. The rules, in this order
/// (framework/model/README.md says why):
///  1. `fixed` groups stay as they are (the normalisation of image inputs, type "normalise").
///  2. What must not be parted: a write in place with all that shares its storage, a value that no
///  frame can carry
///     with its users, what reads nothing with its users, numbers and lists with whom they serve.
///  3. Cheap operators between one tensor and one result (local response normalisation,
///  x·sigmoid(x)) are one.
///  4. Activations, batch norm behind a layer, views: with their producer, when nobody else reads
///  it.
///  5. Sums and products: with one of their producers, when nobody else reads it.
///  6. Views that are still alone: with their one reader, if that makes nothing larger cross.
/// Exits stay the outputs of the unit that computes them. O(n (n + m)).
std::vector<FusedUnit> fuse_units(const std::shared_ptr<torch::jit::Graph>& graph,
                                  const std::vector<std::vector<torch::jit::Node*>>& fixed);

}  // namespace branchline::model
