#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>
#include <ATen/core/jit_type_base.h>

namespace branchline::slice {

/// What crosses a cut is a tensor. Sizes and flags that a graph reads from tensors are int, float,
/// bool or a list of these inside it, and 0- or 1-dimensional i64, f64 or boolean tensors outside.

/// @param type  what the graph declares for this value
/// @throws std::logic_error for a type that cannot cross.
c10::IValue from_boundary(const at::Tensor& tensor, const c10::Type& type);

/// Contiguous: a tensor that stays in the process and one that went over the wire look the same to
/// the next slice. @throws std::logic_error for a type that cannot cross.
at::Tensor to_boundary(const c10::IValue& value);

}  // namespace branchline::slice
