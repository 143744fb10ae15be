#pragma once

#include <optional>
#include <string>

#include "framework/graph/unit.h"

namespace branchline::graph {

/// An output of the branchy model. Users count exits from 1 (the earliest); in code the index
/// counts from 0.
struct ExitPoint {
  std::string name;
  ValueId value;                   ///< the logits
  std::optional<double> accuracy;  ///< 0..1; nullopt when the model was never calibrated

  friend bool operator==(const ExitPoint&, const ExitPoint&) = default;
};

}  // namespace branchline::graph
