#pragma once

#include <ATen/core/Tensor.h>

#include "framework/base/tensor.h"

namespace branchline::model {

/// The tensor as LibTorch sees it, without a copy; the storage lives as long as the result.
at::Tensor to_torch(const Tensor& tensor);

/// Borrowed: the view's data must outlive the result.
at::Tensor to_torch(const TensorView& view);

/// Without a copy when contiguous, else through one contiguous copy.
/// @throws std::logic_error for an element type we have no name for.
Tensor from_torch(const at::Tensor& tensor);

/// A tensor that somebody computes ahead of time: at::ScalarType of a DType and back, for callers
/// that make tensors.
int scalar_type_of(DType type);

}  // namespace branchline::model
