#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include <vector>

namespace branchline::model {

/// How fusion treats an operator.
enum class Role {
  anchor,       ///< does the work: starts a unit of its own
  activation,   ///< elementwise on one tensor: follows its producer
  view,         ///< moves or renames elements: follows its producer
  combination,  ///< elementwise on several tensors (add, mul): follows one of its producers
  batch_norm,   ///< follows a convolution or a linear layer, else an anchor
  pooling,      ///< an anchor that local response normalisation contains
  glue,         ///< computes sizes, numbers and lists of them: belongs to whoever uses it
  opaque,       ///< control flow that stayed: a unit of its own
};

struct OperatorClass {
  Role role = Role::anchor;
  const char* type = "other";   ///< layer type, see Unit::type
  const char* label = nullptr;  ///< in a unit's name; nullptr: the operator's own name
};

/// By the operator's name; unknown operators are anchors of type "other".
OperatorClass classify(const torch::jit::Node& node);

/// "conv", "relu", … for unit names.
std::string label_of(const torch::jit::Node& node);

/// Values the node reads, those its blocks capture included, without constants and without
/// duplicates, in the order of use.
std::vector<torch::jit::Value*> values_read(torch::jit::Node& node);

/// May cross a cut: a tensor, or an int, float, bool or int[].
bool can_cross(const torch::jit::Value& value);

bool is_tensor(const torch::jit::Value& value);

}  // namespace branchline::model
