#pragma once

#include <ATen/core/Tensor.h>

#include <optional>

#include "framework/base/tensor.h"

namespace branchline::model {

/// The tensor as LibTorch sees it, without a copy; the storage lives as long as the result.
at::Tensor to_torch(const Tensor& tensor);

/// Borrowed: the view's data must outlive the result.
at::Tensor to_torch(const TensorView& view);

/// Without a copy when contiguous, else through one contiguous copy.
/// @throws std::logic_error for an element type we have no name for.
Tensor from_torch(const at::Tensor& tensor);

/// at::ScalarType of a DType, as a number, for callers that make tensors.
int scalar_type_of(DType type);

/// @returns nullopt for an element type we have no name for (bfloat16, complex, quantised).
std::optional<DType> dtype_of(const at::Tensor& tensor);

}  // namespace branchline::model
