#pragma once

#include <ATen/core/Tensor.h>

#include <string>

namespace branchline::slice {

/// How far two tensors that should be equal are apart.
struct Agreement {
  bool comparable = true;  ///< same type and shape, NaN at the same places
  double difference = 0;   ///< largest |a - b|
  double scale = 0;        ///< largest |a|, a being the reference
  std::string why;         ///< when not comparable

  double relative() const noexcept { return scale > 0 ? difference / scale : difference; }
  bool within(double tolerance) const noexcept {
    return comparable && difference <= tolerance * scale;
  }
};

/// @param reference, other  of any type; other than floating-point ones are compared as f64
Agreement compare(const at::Tensor& reference, const at::Tensor& other);

}  // namespace branchline::slice
