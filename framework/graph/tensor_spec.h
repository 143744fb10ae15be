#pragma once

#include <cstdint>

#include "framework/base/tensor.h"

namespace branchline::graph {

/// Type and shape of one value of the graph, for batch size 1.
struct TensorSpec {
  DType type = DType::f32;
  Shape shape;

  std::int64_t bytes() const noexcept {
    return element_count(shape) * static_cast<std::int64_t>(size_of(type));
  }
  friend bool operator==(const TensorSpec&, const TensorSpec&) = default;
};

}  // namespace branchline::graph
